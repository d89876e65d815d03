import { connect } from '@kinga/client-sdk';
import { pruneSandbox } from '@kinga/server/domains/sandbox/index.ts';
import type { FeedEvent } from '@kinga/shared/contract/wire.ts';
import { SLOW_MS, TEST_PERSONS } from '@kinga/shared/sandbox/persons.ts';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { beginWithQuietDays } from '../policy/support.ts';
import { ok, refused } from '../support/client.ts';
import { createTestDatabase } from '../support/database.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { type SandboxKey, sandboxKey } from './support.ts';

let hub: TestHub;
let key: SandboxKey;

beforeAll(async () => {
  hub = await startTestHub();
  key = await sandboxKey(hub);
});
afterAll(() => hub[Symbol.asyncDispose]());

function personNamed(name: string) {
  const found = TEST_PERSONS.find(({ person }) => person === name);
  if (found === undefined) throw new Error(`no test person ${name}`);
  return found;
}

async function ask(name: string, { apiKey, purpose = 'bet' }: { apiKey?: string; purpose?: string } = {}) {
  const { identifiers } = personNamed(name);
  const answer = await hub.http(
    'exclusions.lookup',
    { identifiers, purpose },
    { apiKey: apiKey ?? key.apiKey },
  );
  return answer.body;
}

describe('the test persons', () => {
  it('are public', async () => {
    const { persons } = ok((await hub.http('sandbox.persons')).body);
    expect(persons).toEqual(TEST_PERSONS);
  });

  it.each([
    ['clear', 'CLEAR'],
    ['excluded', 'EXCLUDED'],
    ['pending', 'CLEAR'],
    ['ended', 'CLEAR'],
    ['stays', 'EXCLUDED'],
    ['sharedPhone', 'EXCLUDED'],
    ['passport', 'EXCLUDED'],
    ['alien', 'EXCLUDED'],
    ['possibleMatch', 'EXCLUDED'],
    ['unknown', 'UNKNOWN'],
  ])('%s is %s', async (name, status) => {
    const answer = ok(await ask(name));
    expect(answer).toMatchObject({ status, policyVersion: 1 });
    expect(answer.checkId).toMatch(/^sbc_/);
  });

  it('“ended” may be advertised to when the policy names no quiet days', async () => {
    expect(ok(await ask('ended', { purpose: 'marketing' })).status).toBe('CLEAR');
  });

  it('“ended” is not advertised to in the quiet days of the policy', async () => {
    await using database = await createTestDatabase();
    await beginWithQuietDays(database, 30);
    await using quiet = await startTestHub({ database });
    const { apiKey } = await sandboxKey(quiet);
    const status = async (name: string) => {
      const input = { identifiers: personNamed(name).identifiers, purpose: 'marketing' };
      return ok((await quiet.http('exclusions.lookup', input, { apiKey })).body).status;
    };
    expect(await status('ended')).toBe('EXCLUDED');
    expect(await status('clear')).toBe('CLEAR');
  });

  it('“sharedPhone” is CLEAR by the national id alone', async () => {
    const [nationalId] = personNamed('sharedPhone').identifiers;
    const input = { identifiers: [nationalId], purpose: 'login' };
    expect(ok((await hub.http('exclusions.lookup', input, key)).body).status).toBe('CLEAR');
  });

  it('“pending” may be answered for until the exclusion begins, and no longer', async () => {
    const { asOf, validUntil } = ok(await ask('pending'));
    expect(Date.parse(validUntil) - Date.parse(asOf)).toBe(30_000);
    const clear = ok(await ask('clear'));
    expect(Date.parse(clear.validUntil) - Date.parse(clear.asOf)).toBe(60_000);
  });

  it('“possibleMatch” is asked for by name and date of birth', async () => {
    const { details } = personNamed('possibleMatch');
    const input = { identifiers: [], person: details, purpose: 'registration' };
    const answer = ok((await hub.http('exclusions.lookup', input, key)).body);
    expect(answer).toMatchObject({ status: 'UNKNOWN', reason: 'possible_match', ask: 'nationalId' });
  });

  it.each([
    ['unavailable', 'UNAVAILABLE', 503],
    ['rateLimited', 'RATE_LIMITED', 429],
    ['malformed', 'INVALID_INPUT', 400],
  ])('%s is refused with %s', async (name, code, status) => {
    const { identifiers } = personNamed(name);
    const answer = await hub.http('exclusions.lookup', { identifiers, purpose: 'bet' }, key);
    expect(refused(answer.body).code).toBe(code);
    expect(answer.status).toBe(status);
    if (name === 'malformed')
      expect(refused(answer.body).details).toMatchObject([{ path: 'identifiers[0].value' }]);
    else expect(refused(answer.body).retryAfterMs).toBeGreaterThan(0);
  });

  it('“slow” takes its time; whoever set a deadline is told so', async () => {
    const { identifiers } = personNamed('slow');
    await using client = await connect({ url: hub.url, apiKey: key.apiKey });
    const startedAt = performance.now();
    expect(await client.exclusions.lookup({ identifiers: [...identifiers], purpose: 'bet' })).toMatchObject({
      status: 'CLEAR',
    });
    expect(performance.now() - startedAt).toBeGreaterThan(SLOW_MS - 50);
    const hasty = client.exclusions.lookup(
      { identifiers: [...identifiers], purpose: 'bet' },
      { deadlineMs: 200 },
    );
    await expect(hasty).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('are answered in a list by ref, never in the order they were asked in, each for itself', async () => {
    const names = ['clear', 'excluded', 'unknown', 'unavailable', 'malformed', 'stays'];
    const checks = names.map((ref) => ({ ref, identifiers: personNamed(ref).identifiers, purpose: 'login' }));
    const { results } = ok((await hub.http('exclusions.lookupMany', { checks }, key)).body);
    expect(results.every(({ ref }, i) => ref !== names[i])).toBe(true);
    const byRef = new Map(results.map((result) => [result.ref, result]));
    expect(byRef.get('clear')).toMatchObject({ status: 'CLEAR' });
    expect(byRef.get('excluded')).toMatchObject({ status: 'EXCLUDED' });
    expect(byRef.get('unknown')).toMatchObject({ status: 'UNKNOWN' });
    expect(byRef.get('unavailable')).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    expect(byRef.get('malformed')).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    expect(byRef.get('malformed')).toMatchObject({
      error: { details: [{ path: 'checks[4].identifiers[0].value' }] },
    });
    expect(byRef.get('stays')).toMatchObject({ status: 'EXCLUDED' });
  });

  it('a ref that is given twice is refused as it is by the register', async () => {
    const check = { ref: 'a', identifiers: personNamed('clear').identifiers, purpose: 'bet' };
    const answer = await hub.http('exclusions.lookupMany', { checks: [check, check] }, key);
    expect(refused(answer.body)).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'checks[1].ref' }],
    });
  });
});

describe('tokens of the sandbox', () => {
  it('are issued, validated and revoked; asked again, the same one', async () => {
    const { identifiers } = personNamed('excluded');
    const issue = async () => ok((await hub.http('tokens.issue', { identifiers }, key)).body);
    const [one, two] = await Promise.all([issue(), issue()]);
    expect(two.token).toBe(one.token);
    const validate = async () =>
      (await hub.http('tokens.validate', { token: one.token, purpose: 'bet' }, key)).body;
    expect(ok(await validate())).toMatchObject({ status: 'EXCLUDED' });
    const { token } = ok(
      (await hub.http('tokens.issue', { identifiers: personNamed('unavailable').identifiers }, key)).body,
    );
    const away = await hub.http('tokens.validate', { token, purpose: 'bet' }, key);
    expect(refused(away.body).code).toBe('UNAVAILABLE');
    expect(ok((await hub.http('tokens.revoke', { token: one.token }, key)).body).state).toBe('revoked');
    expect(refused(await validate()).code).toBe('TOKEN_REVOKED');
    const fresh = await issue();
    expect(fresh.token).not.toBe(one.token);
  });

  it('are another operator’s business as little as real ones', async () => {
    const other = await sandboxKey(hub);
    const { identifiers } = personNamed('clear');
    const { token } = ok((await hub.http('tokens.issue', { identifiers }, key)).body);
    const answer = await hub.http('tokens.validate', { token, purpose: 'bet' }, other);
    expect(refused(answer.body).code).toBe('NOT_FOUND');
  });
});

test('an exclusion in the sandbox arrives as a push, holds for its operator on every node, and ends with a reset', async () => {
  await using second = await startTestHub({ database: hub.database });
  const own = await sandboxKey(hub);
  const other = await sandboxKey(hub);
  const topic = `operators/${own.operatorId}/sandbox`;
  const socket = await second.connect({ apiKey: own.apiKey });
  const events: FeedEvent[] = [];
  socket.on('event', (event: FeedEvent) => events.push(event));
  ok(await second.call(socket, 'watch', { topic }));
  const foreign = await second.connect({ apiKey: other.apiKey });
  expect(refused(await second.call(foreign, 'watch', { topic })).code).toBe('NOT_FOUND');

  const exclude = async () => ok((await hub.http('sandbox.exclude', { person: 'clear' }, own)).body);
  const answers = await Promise.all([exclude(), exclude(), exclude()]);
  expect(new Set(answers.map(({ effectiveAt }) => effectiveAt)).size).toBe(1);
  await probe(() => events.length > 0);
  expect(events).toMatchObject([{ topic, seq: 1, type: 'registered', data: { person: 'clear' } }]);
  const { identifiers } = personNamed('clear');
  const there = await second.http('exclusions.lookup', { identifiers, purpose: 'bet' }, own);
  expect(ok(there.body).status).toBe('EXCLUDED');
  expect(ok(await ask('clear', { apiKey: other.apiKey })).status).toBe('CLEAR');

  expect(ok((await hub.http('sandbox.reset', {}, own)).body)).toEqual({ lifted: 1 });
  expect(ok((await hub.http('sandbox.reset', {}, own)).body)).toEqual({ lifted: 0 });
  await probe(() => events.length > 1);
  expect(events[1]).toMatchObject({ seq: 2, type: 'lifted', data: { person: 'clear' } });
  expect(ok(await ask('clear', { apiKey: own.apiKey })).status).toBe('CLEAR');
});

test('a reset in the middle of an exclusion waits for it, and both are answered', async () => {
  const own = await sandboxKey(hub);
  const { pool } = hub.database;
  const exclude = async () => (await hub.http('sandbox.exclude', { person: 'clear' }, own)).body;
  ok(await exclude());
  const holder = await pool.connect();
  try {
    await holder.query(`
      SELECT pg_advisory_lock(7700077);
      CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN PERFORM pg_advisory_xact_lock(7700077); RETURN NULL; END $$;
      CREATE TRIGGER held AFTER INSERT ON sandbox_records FOR EACH STATEMENT EXECUTE FUNCTION held()`);
    const waiting = (query: string) => async () => {
      const { rowCount } = await pool.query(
        `SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
        [`${query}%`],
      );
      return rowCount === 1;
    };
    const excluding = exclude();
    await probe(waiting('INSERT INTO sandbox_records'));
    const resetting = hub.http('sandbox.reset', {}, own);
    await Promise.race([resetting, probe(waiting('SELECT FROM operators'))]);
    await holder.query('SELECT pg_advisory_unlock(7700077)');
    expect(ok(await excluding).person).toBe('clear');
    expect(ok((await resetting).body)).toEqual({ lifted: 1 });
  } finally {
    await holder.query('DROP TRIGGER held ON sandbox_records; DROP FUNCTION held()');
    holder.release();
  }
});

describe('who may change the sandbox', () => {
  it('sandbox keys and the staff of an operator, each for their own; nobody else', async () => {
    const staff = await hub.account('operator', { operatorId: key.operatorId });
    ok((await hub.http('sandbox.exclude', { person: 'ended' }, staff)).body);
    expect(ok(await ask('ended')).status).toBe('EXCLUDED');
    ok((await hub.http('sandbox.reset', {}, staff)).body);
    const bettor = await hub.bettor();
    for (const [credentials, code] of [
      [{}, 'UNAUTHENTICATED'],
      [bettor, 'FORBIDDEN'],
      [await hub.admin(), 'FORBIDDEN'],
      [await hub.account('operator'), 'FORBIDDEN'],
    ] as const) {
      for (const name of ['sandbox.exclude', 'sandbox.reset']) {
        const answer = await hub.http(
          name,
          name === 'sandbox.exclude' ? { person: 'clear' } : {},
          credentials,
        );
        expect(refused(answer.body).code).toBe(code);
      }
    }
  });

  it.each([
    ['nobody', 'NOT_FOUND'],
    ['malformed', 'NOT_FOUND'],
    ['', 'INVALID_INPUT'],
  ])('the person “%s” cannot be excluded', async (person, code) => {
    const error = refused((await hub.http('sandbox.exclude', { person }, key)).body);
    expect(error).toMatchObject({ code, details: [{ path: 'person' }] });
  });
});

test('what was asked more than a week ago is forgotten', async () => {
  ok(await ask('clear'));
  const { pool } = hub.database;
  await pool.query(`UPDATE sandbox_checks SET at = at - interval '8 days'`);
  ok(await ask('excluded'));
  expect(await pruneSandbox(hub.database.db)).toBeGreaterThan(0);
  const { rows } = await pool.query('SELECT answer FROM sandbox_checks');
  expect(rows).toEqual([{ answer: 'EXCLUDED' }]);
});
