import type { Ack } from '@kinga/shared/contract/errors.ts';
import { expect, test } from 'vitest';
import { type AnswerOf, ok } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';

/** The last batch is answered when all of them are. */
const ANSWERED_MS = 60_000;

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
      socket.timeout(ANSWERED_MS).emitWithAck('tokens.issueMany', { items: customers(batch) }),
    ),
  );
  clearInterval(watching);
  const results = answers.flatMap((answer: Ack<AnswerOf<'tokens.issueMany'>>) => ok(answer).results);
  expect(results.filter((one) => 'token' in one)).toHaveLength(8_000);
  expect(waitedFor).toBe(0);
});
