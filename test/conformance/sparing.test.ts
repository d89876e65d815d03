import { expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { sandboxKey } from './support.ts';

/** More than a node has connections. */
const ASKED = 40;

test('however much is asked in the sandbox at once, the register keeps its connections', async () => {
  await using hub = await startTestHub();
  const { apiKey } = await sandboxKey(hub);
  const { token } = await hub.admin();
  const { pool } = hub.database;
  const holder = await pool.connect();
  await holder.query('BEGIN; LOCK TABLE sandbox_records');
  const input = { identifiers: [{ type: 'nationalId', value: '900000002' }], purpose: 'bet' };
  const asked = Array.from({ length: ASKED }, () => hub.http('exclusions.lookup', input, { apiKey }));
  await probe(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%sandbox_records%'`,
    );
    return (rowCount ?? 0) >= 3;
  });
  const registration = {
    identifiers: [{ type: 'nationalId', value: '23456789' }],
    period: '1y',
    source: 'regulator',
  };
  const registered = hub.http('exclusions.register', registration, { token });
  let isRegistered = false;
  void registered.then(() => {
    isRegistered = true;
  });
  try {
    await probe(() => isRegistered, { what: 'the registration' });
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
  expect(ok((await registered).body)).toMatchObject({ reference: expect.any(String) });
  for (const answer of asked) expect(ok((await answer).body).status).toBe('EXCLUDED');
});
