import { describe, expect, it } from 'vitest';
import { callBy } from '../../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { newPeople, newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { deafBus, OPERATOR, startNode } from '../nodes.ts';

describe('freshness', () => {
  it('says as of when: the database’s own time, never older than a second', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    const asOfs = new Set<string>();
    await probe(async () => {
      const before = await databaseNow(database);
      const { asOf } = await node.lookup([newPerson().byPhone]);
      const after = await databaseNow(database);
      expect(Date.parse(asOf)).toBeLessThanOrEqual(after);
      expect(Date.parse(asOf)).toBeGreaterThan(before - 1_000);
      return asOfs.add(asOf).size > 3;
    });
  });

  it('without PostgreSQL: EXCLUDED as of the last confirmation, everybody else UNKNOWN, all in time', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    const [person, clear] = newPeople(2);
    await node.register(person!.identifiers);
    const { asOf } = await node.lookup([clear!.byPhone]);
    await using _silence = await silence(database);
    await probe(() => node.exclusions.stats().freshnessMs > 1_000);
    expect(node.exclusions.ready()).toBe(false);

    const tookMs: number[] = [];
    for (let round = 0; round < 3; round++) {
      const startedAt = performance.now();
      const answers = await Promise.all(newPeople(200).map((one) => node.lookup([one.byPhone], 'marketing')));
      tookMs.push(performance.now() - startedAt);
      for (const answer of answers) {
        expect(answer.status).toBe('UNKNOWN');
        expect(answer.validUntil).toBe(answer.asOf);
      }
    }
    // The quickest: a machine that stands still for a moment makes one of them longer, and none shorter.
    expect(Math.min(...tookMs)).toBeLessThan(1_500);
    const excluded = await node.lookup([clear!.byPhone, person!.byPhone]);
    expect(excluded.status).toBe('EXCLUDED');
    expect(Date.parse(excluded.asOf)).toBeLessThan((await databaseNow(database)) - 1_000);
    expect(Date.parse(excluded.asOf)).toBeGreaterThanOrEqual(Date.parse(asOf));

    const written = await node.exclusions.domain.handlers.lookupMany(
      {
        checks: [
          { ref: 'a', identifiers: [person!.byPhone], purpose: 'bet' },
          { ref: 'b', identifiers: [clear!.byPhone], purpose: 'bet' },
          { ref: 'c', identifiers: [], purpose: 'bet' },
        ],
      },
      callBy(OPERATOR),
    );
    expect(written.toJSON().results).toMatchObject([
      { status: 'EXCLUDED' },
      { status: 'UNKNOWN' },
      { error: { code: 'INVALID_INPUT' } },
    ]);
  });

  it('is itself again as soon as PostgreSQL answers', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    const person = newPerson();
    const silent = await silence(database);
    await probe(async () => (await node.lookup([person.byPhone])).status === 'UNKNOWN');
    await silent[Symbol.asyncDispose]();
    await probe(async () => (await node.lookup([person.byPhone])).status === 'CLEAR');
    await node.register(person.identifiers);
    expect(await node.lookup([person.byPhone])).toMatchObject({ status: 'EXCLUDED' });
  });

  it('asks PostgreSQL about the very person while this node cannot catch up', async () => {
    await using database = await createTestDatabase();
    await using writer = await startNode(database);
    await using behind = await startNode(database, { bus: deafBus() });
    const [person, clear] = newPeople(2);
    await database.pool.query('REVOKE SELECT ON register_log FROM kinga_hub');
    await writer.register(person!.identifiers);
    await probe(() => {
      const { freshnessMs, replicaLag } = behind.exclusions.stats();
      return freshnessMs > 1_000 && replicaLag === 1;
    });
    expect(behind.exclusions.stats()).toMatchObject({ replicaSeq: 0, ready: false });
    expect(await behind.lookup([person!.byPhone])).toMatchObject({ status: 'EXCLUDED', seq: 1 });
    expect(await behind.lookup([clear!.byPhone])).toMatchObject({ status: 'CLEAR', seq: 1 });
    await database.pool.query('GRANT SELECT ON register_log TO kinga_hub');
    await probe(() => behind.exclusions.ready());
    expect(behind.events.map(({ seq }) => seq)).toEqual([1]);
  });
});

async function databaseNow(database: TestDatabase): Promise<number> {
  const { rows } = await database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return rows[0]!.now.getTime();
}

/** Nobody can read the register's head any more, as if the server hung: connections stand, answers do not come. */
async function silence(database: TestDatabase): Promise<AsyncDisposable> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE register_head, register_log, identifiers IN ACCESS EXCLUSIVE MODE');
  let held = true;
  return {
    [Symbol.asyncDispose]: async () => {
      if (!held) return;
      held = false;
      await client.query('ROLLBACK');
      client.release();
    },
  };
}
