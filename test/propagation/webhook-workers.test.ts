import { deliverWebhook, pruneDeliveries } from '@kinga/server/domains/propagation/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { endpoint } from './endpoint.ts';
import { exclude, type House, newHouse } from './support.ts';

let hub: TestHub;

beforeAll(async () => {
  // No worker: the test is the workers.
  hub = await startTestHub({ env: { DEMO: '1' } });
});

afterAll(() => hub[Symbol.asyncDispose]());

async function concerned(url: string, count: number): Promise<House> {
  const house = await newHouse(hub);
  await house.ask('operators.setWebhook', { url });
  const person = newPerson();
  await house.issue(person.identifiers);
  for (let i = 0; i < count; i++) await exclude(hub, person.identifiers);
  await probe(async () => (await house.ask('operators.acknowledged')).head === count);
  return house;
}

const deliver = ({ operatorId }: House, key: string, signal = new AbortController().signal) =>
  deliverWebhook(hub.platform, operatorId, { key, signal });
const acknowledged = async (house: House) => (await house.ask('operators.acknowledged')).seq;
const lease = ({ operatorId }: House, key: string, until: string) =>
  hub.database.pool.query(
    'UPDATE operator_webhooks SET lease_key = $2, leased_until = clock_timestamp() + $3::interval WHERE tenant_id = $1',
    [operatorId, key, until],
  );

describe('several workers', () => {
  it('post each change once, in order, however many jobs there are', async () => {
    await using target = await endpoint(() => ({ status: 200 }));
    const house = await concerned(target.url, 3);
    await Promise.all(Array.from({ length: 6 }, (_, index) => deliver(house, `job ${index}`)));
    expect(await acknowledged(house)).toBe(3);
    expect(target.seqs()).toEqual([1, 2, 3]);
  });

  it('leave an operator to the one that posts, and take over what a dead one left', async () => {
    await using target = await endpoint(() => ({ status: 200 }));
    const house = await concerned(target.url, 1);
    await lease(house, 'the dead', '20 seconds');
    await deliver(house, 'another');
    expect(target.posts).toEqual([]);
    await deliver(house, 'the dead');
    expect(await acknowledged(house)).toBe(1);
    await exclude(hub, newPerson().identifiers);
    const other = await concerned(target.url, 1);
    await lease(other, 'the dead', '-1 second');
    await deliver(other, 'another');
    expect(await acknowledged(other)).toBe(1);
  });

  it('leave an endpoint in peace after a failure, except for the job that is made for its time', async () => {
    const answers = [500];
    await using target = await endpoint(() => ({ status: answers.shift() ?? 200 }));
    const house = await concerned(target.url, 1);
    // As many times it is left in peace for longer than the test takes, not for a second.
    await hub.database.pool.query('UPDATE operator_webhooks SET failures = 20 WHERE tenant_id = $1', [
      house.operatorId,
    ]);
    await deliver(house, 'first');
    await deliver(house, 'news');
    expect(target.posts).toHaveLength(1);
    const { rows } = await probe(async () => {
      const jobs = await hub.database.pool.query<{ key: string; waits: boolean }>(
        `SELECT data->>'key' AS key, next_run_at > clock_timestamp() AS waits FROM agenda_jobs
         WHERE name = 'propagation.deliver-webhook' AND data->>'operatorId' = $1 ORDER BY next_run_at DESC`,
        [house.operatorId],
      );
      return jobs.rows[0]?.waits && jobs;
    });
    await deliver(house, rows[0]?.key ?? '');
    expect(await acknowledged(house)).toBe(1);
  });

  it('stop between two posts when they are to end, and leave the operator to the next', async () => {
    await using target = await endpoint(() => ({ status: 200 }));
    const house = await concerned(target.url, 1);
    await expect(deliver(house, 'ending', AbortSignal.abort())).rejects.toThrow('run it again');
    expect(target.posts).toEqual([]);
    await deliver(house, 'next');
    expect(await acknowledged(house)).toBe(1);
  });
});

it('what was posted is forgotten after thirty days, and nothing younger', async () => {
  await using target = await endpoint(() => ({ status: 200 }));
  const [old, young] = [await concerned(target.url, 1), await concerned(target.url, 1)];
  await deliver(old, 'old');
  await deliver(young, 'young');
  await hub.database.pool.query(
    `UPDATE webhook_deliveries SET at = at - interval '31 days' WHERE tenant_id = $1`,
    [old.operatorId],
  );
  expect(await pruneDeliveries(hub.platform.db)).toBe(1);
  expect((await old.ask('operators.webhookDeliveries')).items).toEqual([]);
  expect((await young.ask('operators.webhookDeliveries')).items).toHaveLength(1);
});
