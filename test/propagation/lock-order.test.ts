import type pg from 'pg';
import { expect, it } from 'vitest';
import type { TestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { endpoint } from './endpoint.ts';
import { asAdmin, exclude, type House, newHouse } from './support.ts';
import { startWithWebhooks } from './with-webhooks.ts';

let hub: TestHub;
startWithWebhooks((started) => {
  hub = started;
});

/** Somebody who has taken what the statement finds, for as long as the work goes on. */
async function holding(statement: string, values: unknown[], work: (pid: number) => Promise<void>) {
  const client: pg.PoolClient = await hub.database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(statement, values);
    await work((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** Until somebody waits for it; not the guard, which comes for whoever is late. */
const waitsFor = (pid: number) =>
  probe(async () => {
    const { rowCount } = await hub.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)) AND query NOT LIKE '%late_since%'`,
      [pid],
    );
    return rowCount !== 0;
  });

/** Fails at once when somebody else has one of them. */
async function takeReceipts(operatorId: string, but = '') {
  await hub.database.pool.query(
    'SELECT FROM propagation_receipts WHERE tenant_id = $1 AND id <> $2 FOR UPDATE NOWAIT',
    [operatorId, but],
  );
}

async function told(count: number): Promise<{ house: House; tokens: string[] }> {
  const house = await newHouse(hub);
  const tokens: string[] = [];
  for (const person of newPeople(count)) {
    tokens.push((await house.issue(person.identifiers)).token);
    await exclude(hub, person.identifiers);
  }
  await probe(async () => (await house.ask('operators.acknowledged')).head === count);
  return { house, tokens };
}

it('a post to a webhook that waits for the position of its operator keeps no receipt from those who have it', async () => {
  const { house } = await told(3);
  await house.ask('operators.acknowledge', { seq: 1 });
  await using target = await endpoint(() => ({ status: 200 }));
  const position = 'SELECT FROM propagation_operators WHERE tenant_id = $1 FOR UPDATE';
  await holding(position, [house.operatorId], async (pid) => {
    await house.ask('operators.setWebhook', { url: target.url });
    await waitsFor(pid);
    await takeReceipts(house.operatorId);
  });
  await probe(async () => (await house.ask('operators.acknowledged')).seq === 3);
  const { items } = await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId });
  expect(items.map(({ attempts }) => attempts)).toEqual([1, 1, 0]);
});

const ways: Record<string, (given: { house: House; tokens: string[] }) => Promise<unknown>> = {
  'an acknowledgement': ({ house }) => house.ask('operators.acknowledge', { seq: 4 }),
  'a report of what is closed': ({ house, tokens }) => house.ask('operators.reportClosed', { tokens }),
  'telling again': ({ house: { operatorId } }) => asAdmin(hub, 'propagation.retry', { operatorId }),
};

for (const [name, change] of Object.entries(ways)) {
  it(`${name} takes the receipts in the order of their ids, however they lie`, async () => {
    const given = await told(4);
    const { operatorId } = given.house;
    const { rows } = await hub.database.pool.query<{ id: string }>(
      'SELECT id FROM propagation_receipts WHERE tenant_id = $1 ORDER BY id',
      [operatorId],
    );
    const first = rows[0]?.id ?? '';
    // A row of an index is written anew behind the others.
    await hub.database.pool.query(
      `UPDATE propagation_receipts SET committed_at = committed_at + interval '1 ms' WHERE id = $1`,
      [first],
    );
    let done: Promise<unknown> = Promise.resolve();
    await holding('SELECT FROM propagation_receipts WHERE id = $1 FOR UPDATE', [first], async (pid) => {
      done = change(given);
      await waitsFor(pid);
      await takeReceipts(operatorId, first);
    });
    await done;
  });
}
