import { ADVISORY_LOCKS } from '@kinga/server/platform/db/advisory-locks.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { exclude, newHouse } from './support.ts';

const HOUSES = 10;
const PEOPLE = 500;
/** More would wait for one another longer than a call may take. */
const AT_ONCE = 50;
/** What a big operator has to read after a week. */
const CHANGES = 20_000;

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(() => hub[Symbol.asyncDispose]());

describe('changes that have waited', () => {
  it('of people whom every operator knows since a moment ago are told, however many at once', async () => {
    const people = newPeople(PEOPLE);
    for (let i = 0; i < HOUSES; i++) {
      const items = people.map(({ identifiers, name }, n) => ({
        ref: `r${n}`,
        identifiers,
        customerId: name,
      }));
      await (await newHouse(hub)).ask('tokens.issueMany', { items });
    }
    const holder = await hub.database.pool.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.propagation]);
    for (let at = 0; at < PEOPLE; at += AT_ONCE) {
      await Promise.all(people.slice(at, at + AT_ONCE).map(({ identifiers }) => exclude(hub, identifiers)));
    }
    await holder.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.propagation]);
    holder.release();
    await probe(
      async () => {
        const { rows } = await hub.database.pool.query<{ told: number }>(
          'SELECT count(*)::int AS told FROM propagation_receipts',
        );
        return rows[0]?.told === PEOPLE * HOUSES;
      },
      { timeoutMs: 60_000 },
    );
  });

  it('are acknowledged all at once by an operator that comes back', async () => {
    const house = await newHouse(hub);
    const { pool } = hub.database;
    await pool.query(
      `INSERT INTO propagation_receipts (id, tenant_id, register_seq, handle, learned, type, effective_at,
                                         committed_at, must_close)
       SELECT 'rcp_' || $1 || n, $1, n, 'tks_' || n, 0, 'registered', now(), now() - interval '7 days', true
       FROM generate_series(1, $2::int) AS n`,
      [house.operatorId, CHANGES],
    );
    await pool.query(
      `INSERT INTO feed_events (topic, seq, at, type, data)
       SELECT $1, n, now() - interval '7 days', 'registered',
              jsonb_build_object('receiptId', 'rcp_' || $2::text || n)
       FROM generate_series(1, $3::int) AS n`,
      [house.topic, house.operatorId, CHANGES],
    );
    await pool.query('INSERT INTO feed_topics (topic, head) VALUES ($1, $2)', [house.topic, CHANGES]);
    expect(await house.ask('operators.acknowledge', { seq: CHANGES })).toMatchObject({ seq: CHANGES });
    const { rows } = await pool.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM propagation_receipts
       WHERE tenant_id = $1 AND acknowledged_at IS NULL`,
      [house.operatorId],
    );
    expect(rows).toEqual([{ open: 0 }]);
  });
});
