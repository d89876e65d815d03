import { connect } from '@kinga/client-sdk';
import { pruneFeed } from '@kinga/server/platform/feed/prune.ts';
import { describe, expect, it } from 'vitest';
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

const headOf = async (house: House) => (await house.ask('operators.acknowledged')).head;
const receiptsOf = async ({ operatorId }: House, state: 'open' | 'acknowledged') =>
  (await asAdmin(hub, 'propagation.receipts', { operatorId, state })).items;

async function concern(house: House, count: number): Promise<string[]> {
  const before = await headOf(house);
  const tokens: string[] = [];
  for (const person of newPeople(count)) {
    tokens.push((await house.issue(person.identifiers)).token);
    await exclude(hub, person.identifiers);
  }
  await probe(async () => (await headOf(house)) === before + count);
  return tokens;
}

/** As if everything that was told so far had been told so many days earlier, and the nightly job had run since. */
async function daysLater({ operatorId, topic }: House, days: number): Promise<void> {
  const { pool, db } = hub.database;
  await pool.query('UPDATE feed_events SET at = at - make_interval(days => $2) WHERE topic = $1', [
    topic,
    days,
  ]);
  await pool.query(
    `UPDATE propagation_receipts SET told_at = told_at - make_interval(days => $2),
            committed_at = committed_at - make_interval(days => $2) WHERE tenant_id = $1`,
    [operatorId, days],
  );
  await pruneFeed(db);
}

describe('an operator that comes back after a hundred days', () => {
  it('is told all that is still open, and goes on without a gap', async () => {
    const house = await newHouse(hub);
    await concern(house, 3);
    await house.ask('operators.acknowledge', { seq: 1 });
    const open = await receiptsOf(house, 'open');
    await daysLater(house, 100);
    await probe(async () => (await headOf(house)) === 5);
    expect(await house.ask('operators.acknowledged')).toMatchObject({ seq: 3, head: 5 });
    await using client = await connect({ url: hub.url, apiKey: house.apiKey });
    const seen: unknown[] = [];
    await using following = client.changes.follow({
      operatorId: house.operatorId,
      apply: ({ seq, data }) => void seen.push([seq, data.receiptId, data.again]),
    });
    await probe(() => following.acknowledged === 5);
    const [second, first] = open.map(({ id }) => id);
    expect(seen).toEqual([
      [4, first, true],
      [5, second, true],
    ]);
    expect(await receiptsOf(house, 'open')).toEqual([]);
    expect(await receiptsOf(house, 'acknowledged')).toHaveLength(3);
  });

  it('reads what is left as it was, and what is gone again, once', async () => {
    const house = await newHouse(hub);
    await concern(house, 2);
    await daysLater(house, 100);
    await probe(async () => (await headOf(house)) === 4);
    await concern(house, 1);
    const { epoch, seq } = await house.ask('operators.acknowledged');
    expect(seq).toBe(2);
    const { ack, events } = await house.listen(hub, { epoch, seq });
    expect(ack.resumed).toBe(true);
    await probe(() => events.length === 3);
    expect(events.map(({ data }) => data.again)).toEqual([true, true, undefined]);
    await house.ask('operators.acknowledge', { seq: 5 });
    expect(await receiptsOf(house, 'open')).toEqual([]);
    const { rows } = await hub.database.pool.query(
      `SELECT actor, details FROM audit_log WHERE subject = $1 AND action = 'propagation.told-again'`,
      [house.operatorId],
    );
    expect(rows).toEqual([{ actor: 'system', details: { receipts: 2, goneUpTo: 2 } }]);
  });

  it('is posted it where it has a webhook, without asking', async () => {
    let status = 500;
    await using target = await endpoint(() => ({ status }));
    const house = await newHouse(hub);
    await house.ask('operators.setWebhook', { url: target.url });
    await concern(house, 2);
    await daysLater(house, 100);
    // Not before: what is pruned now would be posted as it was.
    status = 204;
    await probe(async () => (await receiptsOf(house, 'acknowledged')).length === 2);
    expect(target.seqs().slice(-2)).toEqual([3, 4]);
  });

  it('does not wait for what nobody can be told: people whose token was revoked', async () => {
    const house = await newHouse(hub);
    const [token] = await concern(house, 1);
    await house.ask('tokens.revoke', { token });
    await daysLater(house, 100);
    await probe(async () => (await receiptsOf(house, 'open')).length === 0);
    expect(await headOf(house)).toBe(1);
  });

  it('that is suspended is told when it is reinstated', async () => {
    const house = await newHouse(hub);
    await concern(house, 1);
    const { operatorId } = house;
    await asAdmin(hub, 'operators.suspend', { operatorId, reason: 'under inquiry' });
    await daysLater(house, 100);
    const other = await newHouse(hub);
    await concern(other, 1);
    await daysLater(other, 100);
    await probe(async () => (await headOf(other)) === 2);
    expect(await receiptsOf(house, 'open')).toHaveLength(1);
    await asAdmin(hub, 'operators.reinstate', { operatorId });
    await probe(async () => (await headOf(house)) === 2);
  });
});
