import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import type { LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import { PERIODS, PURPOSES } from '@kinga/shared/exclusions/contract.ts';
import { periodRules, policyValues, purposeRules } from '@kinga/shared/policy/values.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { valuesWith } from './support.ts';

let one: TestHub;
let two: TestHub;
let token: string;

beforeAll(async () => {
  one = await startTestHub();
  two = await startTestHub({ database: one.database });
  token = (await one.admin()).token;
});

afterAll(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

const publish = async (input: object) => (await one.http('policy.publish', input, { token })).body;
const withdraw = async (version: number) => (await one.http('policy.withdraw', { version }, { token })).body;
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** What is in force may not end before it began: everything scheduled is taken back. */
async function withdrawScheduled(): Promise<void> {
  const { items } = ok((await one.http('policy.list', {}, { token })).body);
  for (const { version, status } of items) if (status === 'scheduled') ok(await withdraw(version));
}

test('version 1 is in force since always, and every value of it cites where it comes from', async () => {
  const first = ok((await one.http('policy.get', { version: 1 }, { token })).body);
  expect(first).toMatchObject({ version: 1, startsAt: '1970-01-01T00:00:00.000Z', values: VERSION_ONE });
  expect(policyValues.parse(first.values)).toEqual(VERSION_ONE);
  expect(Object.keys(periodRules.shape)).toEqual([...PERIODS]);
  expect(Object.keys(purposeRules.shape)).toEqual([...PURPOSES]);
  const uncited = (value: unknown, path: string): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    const { cites } = value as { cites?: string };
    if (cites !== undefined) return cites.length > 0 ? [] : [path];
    const inner = Object.entries(value);
    if (inner.some(([, part]) => typeof part !== 'object')) return [path];
    return inner.flatMap(([name, part]) => uncited(part, `${path}.${name}`));
  };
  expect(uncited(first.values, 'values')).toEqual([]);
});

test('a version begins at its instant on every node, and an answer names the one it was given under', async () => {
  const { apiKey } = await one.operatorKey();
  const sockets = [await one.connect({ apiKey }), await two.connect({ apiKey })] as const;
  const input = { identifiers: [newPerson().byPhone], purpose: 'bet' };
  const published = ok(
    await publish({
      // Late enough that both are asked before it, also on a busy machine.
      startsAt: inMs(7_000),
      values: valuesWith(({ purposes }) => {
        purposes.bet.reuseSeconds = 30;
      }),
      note: 'Half a minute',
    }),
  );
  expect(published.status).toBe('scheduled');
  const answers: LookupAnswer[][] = [[], []];
  const manyToo: LookupAnswer[] = [];
  const asking = async () => {
    for (const [index, hub] of [one, two].entries()) {
      answers[index]?.push(ok(await hub.call(sockets[index]!, 'exclusions.lookup', input)));
    }
    const many = ok(
      await one.call(sockets[0], 'exclusions.lookupMany', { checks: [{ ref: 'a', ...input }] }),
    );
    manyToo.push(many.results[0] as LookupAnswer);
    return answers.every((given) => given.filter(({ policyVersion }) => policyVersion === 2).length > 5);
  };
  await probe(asking);
  const all = [...answers.flat(), ...manyToo];
  for (const { policyVersion, asOf, validUntil } of all) {
    expect(Date.parse(validUntil) - Date.parse(asOf)).toBe(
      policyVersion === published.version ? 30_000 : 60_000,
    );
  }
  for (const given of [...answers, manyToo]) {
    // By the instant each names: after a slow round trip a node knows the time less well, and says an earlier one.
    const inTime = given.toSorted((a, b) => Date.parse(a.asOf) - Date.parse(b.asOf));
    const versions = inTime.map(({ policyVersion }) => policyVersion);
    expect(versions).toEqual([...versions].sort());
    expect(new Set(versions).size).toBe(2);
  }
  // By the time each was recorded with, which is the database's.
  const recorded = await probe(async () => {
    const { rows } = await one.database.pool.query<{ id: string; at: Date }>(
      `SELECT 'c_' || replace(id::text, '-', '') AS id, at FROM checks`,
    );
    return rows.length >= all.length ? new Map(rows.map(({ id, at }) => [id, at.getTime()])) : undefined;
  });
  for (const { checkId, policyVersion } of all) {
    const isAfter = recorded.get(checkId)! >= Date.parse(published.startsAt);
    expect(policyVersion).toBe(isAfter ? published.version : 1);
  }
});

test('published without a start it begins a second later, when every node knows it', async () => {
  const published = ok(await publish({ values: valuesWith(), note: 'At once' }));
  const leadMs = Date.parse(published.startsAt) - Date.parse(published.createdAt);
  expect(leadMs).toBeGreaterThan(500);
  expect(leadMs).toBeLessThanOrEqual(1_000);
  for (const hub of [one, two]) {
    await probe(async () => {
      const { version, status } = ok((await hub.http('policy.current', {}, { token })).body);
      return version === published.version && status === 'inForce';
    });
  }
});

test('what is published and withdrawn is told, audited, listed, and happens once under its key', async () => {
  const socket = await two.connect({ token });
  const events: FeedEvent[] = [];
  socket.on('event', (event: FeedEvent) => events.push(event));
  ok(await two.call(socket, 'watch', { topic: 'policy/versions' }));
  const input = { startsAt: inMs(3_600_000), values: valuesWith(), note: 'In an hour' };
  const headers = { 'Idempotency-Key': 'once' };
  const send = async () => ok((await one.http('policy.publish', input, { token, headers })).body);
  const [first, again] = await Promise.all([send(), send()]);
  expect(again).toEqual(first);
  const { version } = first;
  const withdrawn = ok(await withdraw(version));
  expect(withdrawn).toMatchObject({ version, status: 'withdrawn', withdrawnAt: expect.any(String) });
  await probe(() => events.length >= 2);
  expect(events.map(({ type, data }) => [type, (data as { version: number }).version])).toEqual([
    ['published', version],
    ['withdrawn', version],
  ]);
  const audit = await one.database.pool.query(
    `SELECT action FROM audit_log WHERE action LIKE 'policy.%' AND subject = $1 ORDER BY id`,
    [String(version)],
  );
  expect(audit.rows).toEqual([{ action: 'policy.published' }, { action: 'policy.withdrawn' }]);
  const { items } = ok((await two.http('policy.list', {}, { token })).body);
  expect(items[0]).toMatchObject({ version, status: 'withdrawn', note: 'In an hour' });
  expect(items.filter(({ status }) => status === 'inForce')).toHaveLength(1);
});

test('a withdrawn version never begins; one that has begun, or is withdrawn, cannot be taken back', async () => {
  const { version } = ok(await publish({ startsAt: inMs(7_000), values: valuesWith(), note: 'Never' }));
  const before = ok((await one.http('policy.current', {}, { token })).body).version;
  const startsAt = Date.parse(ok((await one.http('policy.get', { version }, { token })).body).startsAt);
  ok(await withdraw(version));
  const hasCome = async () => {
    const { rows } = await one.database.pool.query<{ now: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now',
    );
    return (rows[0]?.now ?? 0) > startsAt;
  };
  await probe(hasCome);
  for (const hub of [one, two]) {
    expect(ok((await hub.http('policy.current', {}, { token })).body).version).toBe(before);
  }
  expect(refused(await withdraw(version))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'version' }],
  });
  expect(refused(await withdraw(before))).toMatchObject({ code: 'CONFLICT', details: [{ path: 'version' }] });
  expect(refused(await withdraw(999_999))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'version' }],
  });
  const none = (await one.http('policy.get', { version: 999_999 }, { token })).body;
  expect(refused(none)).toMatchObject({ code: 'NOT_FOUND', details: [{ path: 'version' }] });
});

test('of two published at once for the same instant one wins, and numbers have no gap', async () => {
  const startsAt = inMs(7_200_000);
  const outcomes = await Promise.all(
    [one, two, one, two].map(
      async (hub) =>
        (await hub.http('policy.publish', { startsAt, values: valuesWith(), note: 'Race' }, { token })).body,
    ),
  );
  expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
  for (const outcome of outcomes.filter((one) => !one.ok)) {
    expect(refused(outcome)).toMatchObject({ code: 'CONFLICT', details: [{ path: 'startsAt' }] });
  }
  const { rows } = await one.database.pool.query(
    'SELECT max(version) = count(*) AS whole FROM policy_versions',
  );
  expect(rows).toEqual([{ whole: true }]);
  await withdrawScheduled();
});

test('no version starts before one that is there already, or in the past', async () => {
  ok(await publish({ startsAt: inMs(7_200_000), values: valuesWith(), note: 'Later' }));
  const input = { values: valuesWith(), note: 'Sooner' };
  for (const startsAt of [inMs(3_600_000), undefined]) {
    expect(refused(await publish({ ...input, ...(startsAt && { startsAt }) })).code).toBe('CONFLICT');
  }
  await withdrawScheduled();
  const past = refused(await publish({ ...input, startsAt: inMs(-10_000) }));
  expect(past).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'startsAt' }] });
});

test('a version that a node does not understand ends nothing: it goes by those it has until that one is withdrawn', async () => {
  const { apiKey } = await one.operatorKey();
  const input = { identifiers: [newPerson().byPhone], purpose: 'bet' };
  const versions = () =>
    Promise.all(
      [one, two].map(
        async (hub) => ok((await hub.http('exclusions.lookup', input, { apiKey })).body).policyVersion,
      ),
    );
  const before = await versions();
  const { rows } = await one.database.pool.query<{ version: number }>(
    `INSERT INTO policy_versions (version, starts_at, "values", note)
     SELECT max(version) + 1, clock_timestamp(), '{}', 'Of a later release' FROM policy_versions
     RETURNING version`,
  );
  const unread = async () => {
    const { rows } = await one.database.pool.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'kinga-policy' AND datname = current_database()`,
    );
    return rows.length < 2;
  };
  await probe(unread);
  expect(await versions()).toEqual(before);
  const exclusion = { identifiers: newPerson().identifiers, period: '1y', source: 'court' };
  const error = refused((await one.http('exclusions.register', exclusion, { token })).body);
  expect(error.code, 'nothing is written by half of a law').toBe('UNAVAILABLE');
  expect(error.message).toContain(`version ${rows[0]?.version}`);
  await one.database.pool.query(
    `INSERT INTO policy_withdrawals (version, withdrawn_by) VALUES ($1, 'system')`,
    [rows[0]?.version],
  );
  const { version } = ok(await publish({ values: valuesWith(), note: 'Understood' }));
  await probe(async () => (await versions()).every((named) => named === version));
});

test('pages of the list follow each other, and what is no cursor is refused', async () => {
  // In one statement: the nodes read along, and a version that counts has values.
  await one.database.pool.query(
    `WITH made AS (
       INSERT INTO policy_versions (version, starts_at, "values", note)
       SELECT n + (SELECT max(version) FROM policy_versions), clock_timestamp() + '1 day', '{}', 'x'
       FROM generate_series(1, 25) n RETURNING version)
     INSERT INTO policy_withdrawals (version, withdrawn_by) SELECT version, 'system' FROM made`,
  );
  const first = ok((await one.http('policy.list', {}, { token })).body);
  const second = ok((await one.http('policy.list', { cursor: first.nextCursor }, { token })).body);
  const versions = [...first.items, ...second.items].map(({ version }) => version);
  expect(first.items).toHaveLength(20);
  expect(versions).toEqual([...versions].sort((a, b) => b - a));
  expect(versions.at(-1)).toBe(1);
  expect(refused((await one.http('policy.list', { cursor: 'x' }, { token })).body).code).toBe(
    'INVALID_INPUT',
  );
});
