import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { ranMs } from '../support/promptly.ts';

test('a key revoked while a call of it runs: nothing is told to its socket after the bye, and it closes', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const staff = await hub.connect({ token });
  const { apiKey, keyId } = await hub.operatorKey();
  const socket = await hub.connect({ apiKey });
  const heard: string[] = [];
  socket.onAny((name: string) => {
    if (name !== 'heartbeat') heard.push(name);
  });
  expect(await hub.call(socket, 'watch', { topic: 'exclusions/changes' })).toMatchObject({ ok: true });
  // A watch that is not answered: its snapshot waits for this table.
  const holder = await hub.database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE broadcasts IN ACCESS EXCLUSIVE MODE');
  try {
    socket.emit('watch', { topic: 'broadcasts/all' }, () => {});
    await probe(async () => {
      const { rows } = await hub.database.pool.query(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'broadcasts'::regclass
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return rows.length > 0;
    });
    expect(await hub.call(staff, 'operators.revokeKey', { keyId })).toMatchObject({ ok: true });
    const identifiers = [{ type: 'nationalId', value: '23456789' }];
    const registration = { identifiers, period: '1y', source: 'court' };
    expect(await hub.call(staff, 'exclusions.register', registration)).toMatchObject({ ok: true });
    const registeredMs = ranMs();
    await probe(() => !socket.connected);
    expect(ranMs() - registeredMs).toBeLessThan(1_000);
    expect(heard).toEqual(['bye']);
  } finally {
    await holder.query('COMMIT');
    holder.release();
  }
});
