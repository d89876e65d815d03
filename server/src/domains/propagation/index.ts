import type { operatorPropagation } from '@kinga/shared/operators/propagation.ts';
import type { propagation } from '@kinga/shared/propagation/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Handlers } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { acknowledge, acknowledged, reportClosed } from './acknowledgements/handlers.ts';
import { AcknowledgementQueue } from './acknowledgements/queue.ts';
import { createPropagator } from './changes/propagator.ts';
import { Sent } from './changes/sent.ts';
import { listReceipts } from './report/receipts.ts';
import { retry } from './report/retry.ts';
import { readStatus } from './report/status.ts';
import { LiveTable } from './report/table.ts';
import { CHANGES, openChange } from './topic.ts';
import { watchAnew } from './watch/anew.ts';
import { Guard } from './watch/guard.ts';
import {
  getWebhook,
  listDeliveries,
  removeWebhook,
  rotateWebhookSecret,
  setWebhook,
  testWebhook,
} from './webhooks/settings.ts';

export { pruneReceipts } from './report/prune.ts';
export { type DeliveryRun, deliverWebhook } from './webhooks/deliver.ts';
export { pruneDeliveries } from './webhooks/prune.ts';

export interface Propagation {
  readonly domain: Domain<typeof propagation>;
  /** What operators do about changes, under `operators.`. */
  readonly operatorHandlers: Handlers<typeof operatorPropagation>;
  /** In the transaction that reinstates an operator. */
  readonly operatorReinstated: (tx: Tx, operatorId: string) => Promise<void>;
}

export interface PropagationDeps {
  /** The parameters of the topics of this pattern that a machine watches on this node. */
  readonly watchedByKeys: (pattern: string) => readonly string[];
}

/** Every change reaches every operator that it concerns, by token, and what became of it there is known. */
export function createPropagation(platform: Platform, { watchedByKeys }: PropagationDeps): Propagation {
  const { crypto, db } = platform;
  const sent = new Sent(platform);
  const queue = new AcknowledgementQueue(db);
  return {
    domain: {
      name: 'propagation',
      handlers: {
        status: (input, call) => readStatus(platform, input, call),
        receipts: (input, call) => listReceipts(platform, input, call),
        retry: (input, call) => retry(platform, input, call),
      },
      outboxLogs: [
        {
          topic: CHANGES,
          open: (data) => openChange(crypto, data),
          delivered: ({ data }, actor) => {
            // A person who looks on is not the machine that closes accounts.
            if (actor.kind === 'key') sent.add((data as ReturnType<typeof openChange>).receiptId);
          },
        },
      ],
      states: [new LiveTable(platform)],
      services: [
        createPropagator(platform),
        sent,
        new Guard(platform, { watchedByKeys: () => watchedByKeys(CHANGES.pattern) }),
      ],
    },
    operatorReinstated: watchAnew,
    operatorHandlers: {
      acknowledge: (input, call) => acknowledge(queue, input, call),
      acknowledged: (_input, call) => acknowledged(platform, call),
      reportClosed: (input, call) => reportClosed(platform, input, call),
      setWebhook: (input, call) => setWebhook(platform, input, call),
      webhook: (input, call) => getWebhook(platform, input, call),
      removeWebhook: (input, call) => removeWebhook(platform, input, call),
      rotateWebhookSecret: (input, call) => rotateWebhookSecret(platform, input, call),
      testWebhook: (input, call) => testWebhook(platform, input, call),
      webhookDeliveries: (input, call) => listDeliveries(platform, input, call),
    },
  };
}
