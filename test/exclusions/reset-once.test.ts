import type { FeedEvent, FeedReset } from '@kinga/shared/contract/wire.ts';
import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

test('a new epoch beside steady writing: the register’s watchers are told once, and miss nothing after it', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { apiKey } = await hub.operatorKey();
  const staff = await hub.connect({ token });
  const socket = await hub.connect({ apiKey });
  const resets: FeedReset[] = [];
  const after: number[] = [];
  socket.on('reset', (reset: FeedReset) => {
    resets.push(reset);
    after.length = 0;
  });
  socket.on('event', ({ seq }: FeedEvent) => {
    after.push(seq);
  });
  expect(await hub.call(socket, 'watch', { topic: 'exclusions/changes' })).toMatchObject({ ok: true });
  let last = 0;
  // Several times: who of a node notices first is chance.
  for (let round = 1; round <= 5; round++) {
    after.length = 0;
    await hub.database.pool.query('UPDATE database_epoch SET epoch = gen_random_uuid()');
    await probe(async () => {
      const identifiers = [{ type: 'nationalId', value: String(23_000_000 + last++) }];
      const registration = { identifiers, period: '1y', source: 'court' };
      expect(await hub.call(staff, 'exclusions.register', registration)).toMatchObject({ ok: true });
      return resets.length >= round && after.length > 20;
    });
    expect(resets.map(({ reason, seq, epoch }) => `${reason} ${seq} ${epoch.slice(0, 4)}`)).toHaveLength(
      round,
    );
    const first = resets.at(-1)?.seq ?? 0;
    expect(after).toEqual(after.map((_, index) => first + 1 + index));
  }
});
