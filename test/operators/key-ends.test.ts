import type { Bye } from '@kinga/shared/contract/wire.ts';
import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };
const HELD_MS = 600;

test('a key that has ended on a socket is good nowhere on that node, however slowly its end was read', async () => {
  await using hub = await startTestHub();
  const { token } = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  // Long enough for a slow machine to make the key and connect with it before.
  const expiresAt = new Date(Date.now() + 6_000).toISOString();
  const request = { operatorId, label: 'short', scopes: ['exclusions:lookup'], expiresAt };
  const { apiKey } = ok((await hub.http('operators.issueKey', request, { token })).body);
  const holder = await hub.database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE api_keys');
  const connecting = hub.connect({ apiKey });
  // The hub's estimate of the end is early by as long as its reading takes.
  await probe(async () => {
    const { rowCount } = await hub.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%k.key_digest = $1%' AND query_start < clock_timestamp() - make_interval(secs => $1)`,
      [HELD_MS / 1_000],
    );
    return rowCount === 1;
  });
  await holder.query('ROLLBACK');
  holder.release();
  const socket = await connecting;
  const bye = await new Promise<Bye>((resolve) => socket.once('bye', resolve));
  expect(bye.code).toBe('EXPIRED');
  for (let i = 0; i < 5; i++) {
    expect((await hub.http('exclusions.lookup', LOOKUP, { apiKey })).status).toBe(401);
    await expect(hub.connect({ apiKey })).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  }
});
