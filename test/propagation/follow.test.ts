import { connect, type OperatorChange } from '@kinga/client-sdk';
import { pruneFeed } from '@kinga/server/platform/feed/prune.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser } from '../support/database.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { exclude, type House, newHouse } from './support.ts';

let nodes: readonly [TestHub, TestHub];

beforeAll(async () => {
  const one = await startTestHub();
  nodes = [one, await startTestHub({ database: one.database })];
});

afterAll(async () => {
  for (const node of [...nodes].reverse()) await node[Symbol.asyncDispose]();
});

/** An operator's system: what it has applied survives its crashes. */
class Operator {
  readonly house: House;
  readonly received: OperatorChange[] = [];
  readonly applied: number[] = [];
  crashNext = false;
  #connection: Awaited<ReturnType<typeof connect>> | undefined;

  constructor(house: House) {
    this.house = house;
  }

  async start(node: TestHub): Promise<void> {
    await this.stop();
    const hub = await connect({ url: node.url, apiKey: this.house.apiKey });
    this.#connection = hub;
    hub.changes.follow({
      operatorId: this.house.operatorId,
      apply: async (change) => {
        this.received.push(change);
        // As its own book says: what comes again after a crash is known.
        if (change.seq > (this.applied.at(-1) ?? 0)) this.applied.push(change.seq);
        if (this.crashNext) {
          this.crashNext = false;
          await hub.close();
        }
      },
    });
  }

  async stop(): Promise<void> {
    await this.#connection?.close();
  }
}

const TAILS = ['kinga-propagator', 'kinga-outbox-relay', 'kinga-feed-tail'];

/** Ends connections of every node in the middle of whatever they do. */
async function kill(applications: readonly string[]): Promise<void> {
  await asSuperuser(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = ANY($2)',
    [nodes[0].database.name, applications],
  );
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constant('exclude' as const) },
  { weight: 1, arbitrary: fc.constant('offline' as const) },
  { weight: 2, arbitrary: fc.constant('online' as const) },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
  { weight: 1, arbitrary: fc.constant('kill' as const) },
);

describe('an operator that follows its changes', () => {
  it('misses nothing and applies nothing twice, whatever is disconnected, crashes or is killed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
        const operator = new Operator(await newHouse(nodes[0]));
        let changes = 0;
        for (const [index, what] of steps.entries()) {
          const node = nodes[index % 2 ? 1 : 0];
          if (what === 'online') await operator.start(node);
          else if (what === 'offline') await operator.stop();
          else if (what === 'crash') operator.crashNext = true;
          else if (what === 'kill') await kill([TAILS[index % 3] ?? '']);
          else {
            const person = newPerson();
            await operator.house.issue(person.identifiers);
            await exclude(node, person.identifiers);
            changes++;
          }
        }
        operator.crashNext = false;
        await operator.start(nodes[1]);
        const all = Array.from({ length: changes }, (_, position) => position + 1);
        await probe(() => operator.applied.length >= changes);
        await probe(async () => (await operator.house.ask('operators.acknowledged')).seq === changes);
        expect(operator.applied).toEqual(all);
        expect(new Set(operator.received.map(({ data }) => data.receiptId)).size).toBe(changes);
        expect((await operator.house.ask('operators.acknowledged')).head).toBe(changes);
        await operator.stop();
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  it('goes on after a week as if nothing had happened', async () => {
    const operator = new Operator(await newHouse(nodes[0]));
    const people = newPeople(3);
    for (const person of people) {
      await operator.house.issue(person.identifiers);
      await exclude(nodes[0], person.identifiers);
    }
    await probe(async () => (await operator.house.ask('operators.acknowledged')).head === 3);
    const { pool, db } = nodes[0].database;
    const topic = operator.house.topic;
    await pool.query(`UPDATE feed_events SET at = at - interval '8 days' WHERE topic = $1`, [topic]);
    await pruneFeed(db);
    await operator.start(nodes[1]);
    await probe(() => operator.applied.length === 3);
    expect(operator.applied).toEqual([1, 2, 3]);
    await operator.stop();
  });

  it('is told when changes were missed for good, and goes on after it has checked everybody', async () => {
    const house = await newHouse(nodes[0]);
    const person = newPerson();
    await house.issue(person.identifiers);
    await exclude(nodes[0], person.identifiers);
    await probe(async () => (await house.ask('operators.acknowledged')).head === 1);
    const { pool, db } = nodes[0].database;
    await pool.query(`UPDATE feed_events SET at = at - interval '91 days' WHERE topic = $1`, [house.topic]);
    await pruneFeed(db);
    await using hub = await connect({ url: nodes[0].url, apiKey: house.apiKey });
    const seen: string[] = [];
    await using following = hub.changes.follow({
      operatorId: house.operatorId,
      apply: ({ type }) => void seen.push(type),
      onReset: ({ kind }) => void seen.push(kind),
    });
    await probe(() => following.acknowledged === 1);
    await exclude(nodes[1], person.identifiers);
    await probe(() => following.acknowledged === 2);
    expect(seen[0]).toBe('reset');
    expect(seen).toHaveLength(2);
    await following.close();
    await expect(following.done).resolves.toBeUndefined();
  });

  it('acknowledges nothing that was not applied, and says why it ended', async () => {
    const house = await newHouse(nodes[0]);
    const person = newPerson();
    await house.issue(person.identifiers);
    await using hub = await connect({ url: nodes[0].url, apiKey: house.apiKey });
    const following = hub.changes.follow({
      operatorId: house.operatorId,
      apply: () => Promise.reject(new Error('our database is away')),
    });
    await exclude(nodes[0], person.identifiers);
    await expect(following.done).rejects.toThrow('our database is away');
    expect((await house.ask('operators.acknowledged')).seq).toBe(0);
    const foreign = hub.changes.follow({ operatorId: 'op_somebody_else', apply: () => {} });
    await expect(foreign.done).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
