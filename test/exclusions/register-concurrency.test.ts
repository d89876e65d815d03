import { randomInt } from 'node:crypto';
import type { Interval, LogEntry } from '@kinga/server/domains/exclusions/log/entry.ts';
import { decodeMessage } from '@kinga/server/domains/exclusions/log/message.ts';
import type { Register } from '@kinga/server/domains/exclusions/register/register.ts';
import { termOf, unionOf } from '@kinga/server/domains/exclusions/rules/period.ts';
import { isStrong } from '@kinga/server/domains/identifiers/index.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { Database } from '@kinga/server/platform/db/database.ts';
import type { Bus } from '@kinga/server/platform/feed/bus.ts';
import { type Exclusion, PERIODS, type Period } from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { asSuperuser, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { createTestPlatform, type TestPlatform } from '../support/platform.ts';
import { probe } from '../support/probe.ts';
import { account, brokenAt, hexOf, openRegister, readLog, replay } from './support.ts';

const admin = account('admin');
const byAdmin = (idempotencyKey?: string) =>
  callBy(admin, { procedure: 'exclusions.register', idempotencyKey });

interface Node extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly register: Register;
}

/** A node with a pool of its own, as another process would have. */
async function openNode(database: TestDatabase, secrets = newSecrets(), bus?: Bus): Promise<Node> {
  const db = new Database({ url: database.url, log: pino({ level: 'silent' }), applicationName: 'writer' });
  const platform = await createTestPlatform(database, { db, secrets, ...(bus ? { bus } : {}) });
  return {
    platform,
    register: openRegister(platform),
    [Symbol.asyncDispose]: async () => {
      await platform[Symbol.asyncDispose]();
      await db.close();
    },
  };
}

/** The rules of joining and of time, as simply as they can be said. */
class Model {
  readonly #people: { keys: Set<string>; spans: Interval[] }[] = [];

  apply(identifiers: readonly Identifier[], span: Interval): void {
    const names = [...new Set(identifiers.map(({ type, value }) => `${type} ${value}`))];
    const strong = identifiers
      .filter(({ type }) => isStrong(type))
      .map(({ type, value }) => `${type} ${value}`);
    let people = strong.flatMap((name) => this.#people.find(({ keys }) => keys.has(name)) ?? []);
    if (people.length === 0) {
      people = [{ keys: new Set(), spans: [] }];
      this.#people.push(people[0]!);
    }
    for (const name of names) {
      if (!people.some(({ keys }) => keys.has(name))) people[0]!.keys.add(name);
    }
    for (const person of new Set(people)) person.spans.push(span);
  }

  spansOf({ type, value }: Identifier): Interval[] {
    const holders = this.#people.filter(({ keys }) => keys.has(`${type} ${value}`));
    return unionOf(holders.flatMap(({ spans }) => spans));
  }
}

function spanOf({ period, startsAt }: Exclusion): Interval {
  const term = termOf(period, Date.parse(startsAt), VERSION_ONE.periods);
  return { startsAt: term.startsAt, endsAt: term.inForceUntil };
}

test('any interleaving on several nodes is as if one after the other, in the order of the log', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          identifiers: fc.uniqueArray(
            fc.oneof(
              fc.nat(5).map((n) => ({ type: 'nationalId', value: `1000000${n}` }) as const),
              fc.nat(3).map((n) => ({ type: 'passport', value: `AK${n}` }) as const),
              fc.nat(3).map((n) => ({ type: 'phone', value: `+25471234567${n}` }) as const),
            ),
            { minLength: 1, maxLength: 4, selector: ({ type, value }) => type + value },
          ),
          period: fc.constantFrom<Period>(...PERIODS),
          startsInHours: fc.option(fc.integer({ min: -20, max: 2_000 })),
          node: fc.nat(2),
        }),
        { minLength: 1, maxLength: 24 },
      ),
      async (commands) => {
        await using database = await createTestDatabase();
        const secrets = newSecrets();
        await using first = await openNode(database, secrets);
        await using second = await openNode(database, secrets);
        await using third = await openNode(database, secrets);
        const nodes = [first, second, third];
        const now = Date.now();
        const registered = await Promise.all(
          commands.map(async ({ identifiers, period, startsInHours, node }) => {
            const startsAt =
              startsInHours === null
                ? {}
                : { startsAt: new Date(now + startsInHours * 3_600_000).toISOString() };
            const input = { identifiers: [...identifiers], period, source: 'person' as const, ...startsAt };
            return { identifiers, exclusion: await nodes[node]!.register.register(input, byAdmin()) };
          }),
        );
        expect(await brokenAt(database.pool)).toBeUndefined();
        const model = new Model();
        for (const { identifiers, exclusion } of registered.sort(
          (a, b) => a.exclusion.seq - b.exclusion.seq,
        )) {
          model.apply(identifiers, spanOf(exclusion));
        }
        const held = replay(await readLog(database.pool));
        for (const identifier of registered.flatMap(({ identifiers }) => identifiers)) {
          expect(held.get(hexOf(first.platform, identifier))).toEqual(model.spansOf(identifier));
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('concurrent registrations share commits, each gets its own seq, and the chain is published whole', async () => {
  await using database = await createTestDatabase();
  const published: LogEntry[] = [];
  const bus: Bus = {
    status: 'in-process',
    publish: (channel, message) => {
      expect(channel).toMatch(/^register:[0-9a-f-]{36}$/);
      published.push(...(decodeMessage(message) ?? []));
    },
    subscribe: () => () => {},
    close: async () => {},
  };
  await using node = await openNode(database, newSecrets(), bus);
  const people = newPeople(300);
  const registered = await Promise.all(
    people.map((person) =>
      node.register.register(
        { identifiers: [...person.identifiers], period: '1y', source: 'person' },
        byAdmin(),
      ),
    ),
  );
  expect(new Set(registered.map(({ seq }) => seq)).size).toBe(300);
  const { rows } = await database.pool.query('SELECT count(DISTINCT at)::int AS commits FROM register_log');
  expect(rows[0].commits).toBeLessThan(30);
  expect(published.sort((a, b) => a.seq - b.seq)).toEqual(await readLog(database.pool));
});

test('one key on two nodes at once: one effect, the same answer', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using first = await openNode(database, secrets);
  await using second = await openNode(database, secrets);
  const input = {
    identifiers: [...newPerson().identifiers],
    period: '7d' as const,
    source: 'person' as const,
  };
  const calls = Array.from({ length: 20 }, (_, i) =>
    [first, second][i % 2]!.register.register(input, byAdmin('twin')),
  );
  const answers = await Promise.all(calls);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await readLog(database.pool)).toHaveLength(1);
});

test('a member that fails takes nobody with it', async () => {
  await using database = await createTestDatabase();
  await using node = await openNode(database);
  await database.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.source = 'court' THEN RAISE EXCEPTION 'refused by the test'; END IF; RETURN NEW; END $$`);
  await database.pool.query(
    'CREATE TRIGGER refuse BEFORE INSERT ON exclusions FOR EACH ROW EXECUTE FUNCTION refuse()',
  );
  const results = await Promise.allSettled(
    newPeople(20).map((person, i) =>
      node.register.register(
        { identifiers: [...person.identifiers], period: '7d', source: i === 7 ? 'court' : 'person' },
        byAdmin(`call-${i}`),
      ),
    ),
  );
  expect(results.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1);
  expect(results[7]!.status).toBe('rejected');
  expect(await brokenAt(database.pool)).toBeUndefined();
  expect(await readLog(database.pool)).toHaveLength(19);
});

test('connections killed at any moment: nothing acknowledged is lost, nothing is there twice', async () => {
  await using database = await createTestDatabase();
  await using node = await openNode(database);
  const people = newPeople(120);
  let isDone = false;
  const killer = (async () => {
    for (let kills = 0; !isDone; kills++) {
      await asSuperuser(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'writer'`,
        [database.name],
      );
      // Ever more rarely: a commit comes through in the end also where it takes longer than such a pause.
      await new Promise((resolve) => setTimeout(resolve, randomInt(2, Math.ceil(25 * 1.05 ** kills))));
    }
  })();
  const registered = await Promise.all(
    people.map(async (person, i) => {
      const input = {
        identifiers: [...person.identifiers],
        period: '1y' as const,
        source: 'person' as const,
      };
      for (;;) {
        try {
          return await node.register.register(input, byAdmin(`kill-${i}`));
        } catch (error) {
          expect((await refusal(Promise.reject(error))).code).toBe('UNAVAILABLE');
        }
      }
    }),
  );
  isDone = true;
  await killer;
  const { rows } = await database.pool.query('SELECT id, seq::int FROM exclusions ORDER BY seq');
  expect(rows).toEqual(registered.map(({ id, seq }) => ({ id, seq })).sort((a, b) => a.seq - b.seq));
  expect(await brokenAt(database.pool)).toBeUndefined();
});

test('a bet and a registration of the same person are never side by side', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using node = await openNode(database, secrets);
  const person = newPerson();
  await node.register.register(
    {
      identifiers: [person.byNationalId, person.byPhone],
      period: '24h',
      source: 'person',
      startsAt: new Date(Date.now() + 864e5).toISOString(),
    },
    byAdmin(),
  );
  const phone = Buffer.from(hexOf(node.platform, person.byPhone), 'hex');
  let isBetOpen = true;
  let registration: Promise<unknown> | undefined;
  await node.platform.db.transaction(async (tx) => {
    expect(await node.register.isExcluded(tx, [phone])).toBe(false);
    // By another identifier of the same person: still the same person.
    registration = node.register
      .register({ identifiers: [person.byNationalId], period: '1y', source: 'person' }, byAdmin())
      .then(() => expect(isBetOpen, 'acknowledged while the bet was open').toBe(false));
    await probe(async () => {
      // PostgreSQL ends a transaction that says nothing for two seconds.
      await tx.query('SELECT');
      const { rowCount } = await asSuperuser(
        `SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'advisory'`,
        [database.name],
      );
      return rowCount === 1;
    });
    isBetOpen = false;
  });
  await registration;
  expect(await node.platform.db.transaction((tx) => node.register.isExcluded(tx, [phone]))).toBe(true);
});
