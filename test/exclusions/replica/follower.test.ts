import { encodeMessage, registerChannel } from '@kinga/server/domains/exclusions/log/message.ts';
import { loadReplica } from '@kinga/server/domains/exclusions/replica/load.ts';
import { IntervalTable } from '@kinga/server/domains/exclusions/replica/table.ts';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createLocalBus } from '../../support/local-bus.ts';
import { newPeople, newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { deafBus, startNode } from '../nodes.ts';
import { readLog, replay } from '../support.ts';

describe('a node’s replica', () => {
  it('has, once loaded, exactly the intervals the log speaks of', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    const [first, second, third] = newPeople(3);
    await node.register(first!.identifiers, { period: '24h' });
    await node.register(first!.identifiers, { period: '1y', startsAt: future(3 * 86_400_000) });
    await node.register([second!.byNationalId, first!.byPhone], { period: 'permanent' });
    await node.register([third!.byEmail, third!.byPassport], { period: '30d', startsAt: past(86_400_000) });
    const table = await loadedFrom(database);
    const held = replay(await readLog(database.pool));
    for (const [hex, intervals] of held) {
      expect(table.intervalsOf(Buffer.from(hex, 'hex'))).toEqual(intervals);
    }
    expect(table.size).toBe(held.size);
    expect(table.overflowing).toBeGreaterThan(0);
  });

  it('tells every entry once and in order, whether it comes by the bus or from PostgreSQL', async () => {
    await using database = await createTestDatabase();
    const bus = createLocalBus();
    await using writer = await startNode(database, { bus });
    await using hearing = await startNode(database, { bus });
    await using deaf = await startNode(database, { bus: deafBus() });
    await Promise.all(newPeople(40).map((person) => writer.register(person.identifiers)));
    const seqs = Array.from({ length: 40 }, (_, i) => i + 1);
    for (const node of [writer, hearing, deaf]) {
      await probe(() => node.events.length >= 40);
      expect(node.events.map((event) => event.seq)).toEqual(seqs);
      expect(node.resets).toEqual([]);
    }
  });

  it('has an acknowledged exclusion on another node within a second, also when Redis says nothing', async () => {
    await using database = await createTestDatabase();
    await using writer = await startNode(database);
    await using other = await startNode(database, { bus: deafBus() });
    const person = newPerson();
    await writer.register(person.identifiers);
    expect(await writer.lookup([person.byPhone])).toMatchObject({ status: 'EXCLUDED', seq: 1 });
    const acknowledgedAt = performance.now();
    let saidClearAt = acknowledgedAt;
    await probe(async () => {
      const askedAt = performance.now();
      const { status } = await other.lookup([person.byPhone]);
      if (status === 'CLEAR') saidClearAt = askedAt;
      return status === 'EXCLUDED';
    });
    expect(saidClearAt - acknowledgedAt).toBeLessThanOrEqual(1_000);
  });

  it('believes no message that does not continue its own history', async () => {
    await using database = await createTestDatabase();
    const bus = createLocalBus();
    await using node = await startNode(database, { bus });
    await using other = await startNode(database, { bus: deafBus() });
    const person = newPerson();
    await other.register(person.identifiers);
    await probe(() => node.events.length === 1);
    const [entry] = await readLog(database.pool);
    const { rows } = await database.pool.query<{ epoch: string }>('SELECT epoch FROM database_epoch');
    const forged = { ...entry!, seq: 2, keys: entry!.keys.map((key) => ({ ...key, intervals: [] })) };
    const channel = registerChannel(rows[0]!.epoch);
    bus.publish(channel, encodeMessage([forged]));
    bus.publish(channel, encodeMessage([{ ...forged, seq: 9 }]));
    bus.publish(channel, 'nonsense');
    await other.register(newPerson().identifiers);
    await probe(() => node.events.length === 2);
    expect(await node.lookup([person.byNationalId])).toMatchObject({ status: 'EXCLUDED', seq: 2 });
    expect(node.resets).toEqual([]);
  });

  it('says UNKNOWN when history was lost, loads again under a new epoch and tells its watchers', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    await using second = await startNode(database, { bus: deafBus() });
    const [kept, lost] = newPeople(2);
    await node.register(kept!.identifiers);
    await node.register(lost!.identifiers);
    await probe(() => second.events.length === 2);
    const before = await epochOf(database);
    // Without the table nothing can be loaded, so that the time in between can be looked at.
    await loseEverythingAfter(database, 1, 'ALTER TABLE exclusion_persons RENAME TO hidden');
    await probe(async () => (await node.lookup([kept!.byNationalId])).status === 'UNKNOWN');
    await probe(async () => (await second.lookup([lost!.byNationalId])).status === 'UNKNOWN');
    expect([node.exclusions.ready(), node.resets]).toEqual([false, []]);
    await database.pool.query('ALTER TABLE hidden RENAME TO exclusion_persons');
    for (const one of [node, second]) {
      await probe(() => one.resets.length === 1 && one.exclusions.ready());
      expect(await one.lookup([kept!.byNationalId])).toMatchObject({ status: 'EXCLUDED', seq: 1 });
      expect(await one.lookup([lost!.byNationalId])).toMatchObject({ status: 'CLEAR', seq: 1 });
    }
    const after = await epochOf(database);
    expect(after).not.toBe(before);
    const log = node.exclusions.domain.logs![0]!;
    expect(await log.head('exclusions/changes')).toEqual({ epoch: after, seq: 1 });
    await node.register(newPerson().identifiers);
    await probe(() => second.events.at(-1)?.seq === 2 && second.events.at(-1)?.epoch === after);
  });

  it('notices another history that has grown past its own', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    await using other = await startNode(database, { bus: deafBus() });
    await node.register(newPerson().identifiers);
    await probe(() => other.events.length === 1);
    // In one transaction: a node that read the one without the other would find itself betrayed twice.
    await database.pool.query(`
      BEGIN;
      UPDATE register_log SET hash = repeat('a', 64);
      UPDATE register_head SET hash = repeat('a', 64);
      COMMIT`);
    await probe(() => node.resets.length === 1 && other.resets.length === 1);
  });

  it('survives losing all its connections, and misses nothing of what was written meanwhile', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    await using writer = await startNode(database);
    const people = newPeople(5);
    for (const person of people) {
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name ~ '(tail|freshness|checks)$'`,
      );
      await writer.register(person.identifiers);
    }
    await probe(() => node.events.length === 5);
    expect(node.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5]);
    await probe(() => node.exclusions.ready());
  });
});

describe('the history of exclusions/changes', () => {
  it('is the register’s log: pseudonyms and times, and nothing else', async () => {
    await using database = await createTestDatabase();
    await using node = await startNode(database);
    for (const person of newPeople(5)) await node.register(person.identifiers);
    const source = node.exclusions.domain.logs![0]!;
    const events = await source.read('exclusions/changes', { after: 1, upTo: 4, limit: 2 });
    expect(events).toEqual(node.events.slice(1, 3));
    expect(Object.keys(events[0]!.data as object).sort()).toEqual(['effectiveAt', 'subject']);
    expect(await source.oldest('exclusions/changes')).toBe(0);
    expect(source.emitted('exclusions/changes')).toMatchObject({ seq: 5 });
  });
});

async function loadedFrom(database: TestDatabase): Promise<IntervalTable> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const table = new IntervalTable();
  await loadReplica(client, table, { quietMs: 0 });
  await client.end();
  return table;
}

async function epochOf(database: TestDatabase): Promise<string> {
  const { rows } = await database.pool.query<{ epoch: string }>('SELECT epoch FROM database_epoch');
  return rows[0]!.epoch;
}

/** As a restore from a backup does that nobody told about. */
async function loseEverythingAfter(database: TestDatabase, seq: number, and: string): Promise<void> {
  await database.pool.query(`
    BEGIN;
    DELETE FROM exclusion_persons WHERE exclusion_id IN (SELECT id FROM exclusions WHERE seq > ${seq});
    DELETE FROM exclusions WHERE seq > ${seq};
    DELETE FROM register_log WHERE seq > ${seq};
    UPDATE register_head SET seq = ${seq}, hash = (SELECT hash FROM register_log WHERE seq = ${seq});
    ${and};
    COMMIT`);
}

function future(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

function past(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}
