import { deliverWebhookJob } from '@kinga/workers/propagation/deliver-webhook.job.ts';
import { afterAll, beforeAll } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { runtimeOf } from '../workers/support.ts';

/** One hub that may post to this machine, and a worker that posts for it, for all tests of a file. */
export function startWithWebhooks(use: (hub: TestHub) => void): void {
  let hub: TestHub | undefined;
  let worker: ReturnType<typeof runtimeOf> | undefined;
  beforeAll(async () => {
    hub = await startTestHub({ env: { DEMO: '1' } });
    worker = runtimeOf(hub.platform, { jobs: [deliverWebhookJob] });
    await worker.start();
    use(hub);
  });
  afterAll(async () => {
    await worker?.stop();
    await hub?.[Symbol.asyncDispose]();
  });
}
