import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';

const customers = (batch: number) =>
  Array.from({ length: 200 }, (_, i) => ({
    ref: `r${i}`,
    identifiers: [{ type: 'nationalId', value: String(20_000_000 + batch * 10_000 + i * 7) }],
  }));

test('an operator that brings its whole customer base at once leaves the others their connections', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await hub.operatorKey(['tokens:manage']);
  const socket = await hub.connect({ apiKey });
  const { pool } = hub.platform.db;
  let waitedFor = 0;
  const watching = setInterval(() => {
    waitedFor = Math.max(waitedFor, pool.waitingCount);
  }, 1);
  const answers = await Promise.all(
    Array.from({ length: 40 }, async (_, batch) =>
      hub.call(socket, 'tokens.issueMany', { items: customers(batch) }),
    ),
  );
  clearInterval(watching);
  expect(answers.flatMap((answer) => ok(answer).results.filter((one) => 'token' in one))).toHaveLength(8_000);
  expect(waitedFor).toBe(0);
});
