import { describeContract } from '@kinga/shared/contract/describe.ts';
import type { Procedure } from '@kinga/shared/contract/procedure.ts';
import { allProcedures } from '@kinga/shared/contract.ts';
import { TEST_PERSONS } from '@kinga/shared/sandbox/persons.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputOf } from '../fuzz/arbitrary.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson, type Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { ALL_SCOPES, type SandboxKey, sandboxKey } from './support.ts';

/** What the sandbox answers by itself, and what is the law for everybody. */
const ANSWERED = [
  'exclusions.lookup',
  'exclusions.lookupMany',
  'tokens.issue',
  'tokens.issueMany',
  'tokens.validate',
  'tokens.validateMany',
  'tokens.revoke',
];
const SAME = ['policy.current', 'policy.list', 'policy.get'];
const OWN = /^(sandbox|conformance)\./;

const forKeys = allProcedures.filter(
  ({ access }) => typeof access === 'object' && (access.scopes?.length ?? 0) > 0,
);
const others = forKeys.filter(
  ({ name }) => !ANSWERED.includes(name) && !SAME.includes(name) && !OWN.test(name),
);

let hub: TestHub;
let sandbox: SandboxKey;
let live: { operatorId: string; apiKey: string };
let excluded: Person;

beforeAll(async () => {
  hub = await startTestHub();
  const { token } = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  sandbox = await sandboxKey(hub, operatorId);
  const request = { operatorId, label: 'live', scopes: ALL_SCOPES };
  const { apiKey } = ok((await hub.http('operators.issueKey', request, { token })).body);
  live = { operatorId, apiKey };
  excluded = newPerson();
  const registration = { identifiers: excluded.identifiers, period: '1y', source: 'regulator' };
  ok((await hub.http('exclusions.register', registration, { token })).body);
});
afterAll(() => hub[Symbol.asyncDispose]());

/** Something the procedure takes: the refusal is about who asks, not about what. */
function inputFor(procedure: Procedure): unknown {
  // No made-up text is an address by chance.
  if (procedure.name === 'operators.setWebhook') return { url: 'https://operator.test/hook' };
  const schema = describeContract([procedure], [], []).procedures[0]!.input;
  const samples = fc.sample(inputOf(schema, []), { numRuns: 5_000, seed: 7 });
  const input = samples.find(
    (sample) => procedure.input.safeParse(sample).success && !/\\u(0000|d800)/.test(JSON.stringify(sample)),
  );
  if (input === undefined) throw new Error(`no input for ${procedure.name} was found`);
  return input;
}

async function countOf(table: string): Promise<number> {
  const { rows } = await hub.database.pool.query(`SELECT count(*)::int AS n FROM ${table}`);
  return rows[0].n;
}

describe('a sandbox key sees nothing real', () => {
  it.each(others.map((procedure) => [procedure.name, procedure] as const))(
    '%s is refused',
    async (name, procedure) => {
      const meta = procedure.idempotency === 'required' ? { headers: { 'idempotency-key': 'k' } } : {};
      const answer = await hub.http(name, inputFor(procedure), { apiKey: sandbox.apiKey, ...meta });
      expect(refused(answer.body)).toMatchObject({
        code: 'FORBIDDEN',
        message: 'The sandbox has nothing of this',
      });
    },
  );

  it('somebody excluded in the register is CLEAR in the sandbox, alone and in a list', async () => {
    const question = { identifiers: excluded.identifiers, purpose: 'bet' };
    const real = await hub.http('exclusions.lookup', question, { apiKey: live.apiKey });
    expect(ok(real.body).status).toBe('EXCLUDED');
    const tried = await hub.http('exclusions.lookup', question, { apiKey: sandbox.apiKey });
    expect(ok(tried.body).status).toBe('CLEAR');
    const list = { checks: [{ ref: 'a', ...question }] };
    const many = await hub.http('exclusions.lookupMany', list, { apiKey: sandbox.apiKey });
    expect(ok(many.body).results).toMatchObject([{ ref: 'a', status: 'CLEAR' }]);
  });

  it('a real token is not known there, and one of the sandbox is no real one', async () => {
    const input = { identifiers: excluded.identifiers };
    const before = await countOf('tokens');
    const tried = ok((await hub.http('tokens.issue', input, { apiKey: sandbox.apiKey })).body);
    expect(await countOf('tokens')).toBe(before);
    const real = ok((await hub.http('tokens.issue', input, { apiKey: live.apiKey })).body);
    for (const [token, apiKey] of [
      [real.token, sandbox.apiKey],
      [tried.token, live.apiKey],
    ] as const) {
      const one = await hub.http('tokens.validate', { token, purpose: 'bet' }, { apiKey });
      expect(refused(one.body).code).toBe('NOT_FOUND');
      const checks = [{ ref: 'a', token, purpose: 'bet' }];
      const many = await hub.http('tokens.validateMany', { checks }, { apiKey });
      expect(ok(many.body).results).toMatchObject([{ error: { code: 'NOT_FOUND' } }]);
      expect(refused((await hub.http('tokens.revoke', { token }, { apiKey })).body).code).toBe('NOT_FOUND');
    }
    const own = await hub.http(
      'tokens.validate',
      { token: tried.token, purpose: 'bet' },
      { apiKey: sandbox.apiKey },
    );
    expect(ok(own.body).status).toBe('CLEAR');
  });

  it.each([
    'exclusions/changes',
    'operators/OWN/changes',
    'broadcasts/all',
    'broadcasts/operator:OWN',
    'policy/versions',
  ])('%s is not to be watched', async (pattern) => {
    const socket = await hub.connect({ apiKey: sandbox.apiKey });
    const topic = pattern.replace('OWN', sandbox.operatorId);
    expect(['FORBIDDEN', 'NOT_FOUND']).toContain(refused(await hub.call(socket, 'watch', { topic })).code);
  });

  it('what it asks is neither a check nor a figure of the hub', async () => {
    const stats = () => hub.platform.metrics.registry.getSingleMetricAsString('kinga_lookups');
    // Checks are written in their order and a moment later: once this one is there, so are all before it.
    const checksUpToNow = async () => {
      const question = { identifiers: excluded.identifiers, purpose: 'bet' };
      const { checkId } = ok((await hub.http('exclusions.lookup', question, { apiKey: live.apiKey })).body);
      const sql = 'SELECT FROM checks WHERE id = $1';
      await probe(async () => (await hub.database.pool.query(sql, [checkId.slice(2)])).rowCount === 1);
      return await countOf('checks');
    };
    const before = { checks: await checksUpToNow(), stats: await stats() };
    for (const { identifiers } of TEST_PERSONS.slice(0, 3)) {
      const answer = await hub.http(
        'exclusions.lookup',
        { identifiers, purpose: 'bet' },
        { apiKey: sandbox.apiKey },
      );
      ok(answer.body);
    }
    expect(await stats()).toEqual(before.stats);
    expect(await checksUpToNow()).toBe(before.checks + 1);
    const { rows } = await hub.database.pool.query(
      'SELECT 1 FROM sandbox_checks WHERE key_id = $1 AND tenant_id = $2',
      [sandbox.keyId, sandbox.operatorId],
    );
    expect(rows.length).toBeGreaterThanOrEqual(3);
  });
});

it('what a sandbox key is refused for its quota is no figure of its operator', async () => {
  const { token } = await hub.admin();
  const { operatorId } = sandbox;
  const terms = { label: 'hasty', scopes: ALL_SCOPES, environment: 'sandbox', quotaPerDay: 1 };
  const hasty = ok((await hub.http('operators.issueKey', { operatorId, ...terms }, { token })).body);
  const input = { identifiers: TEST_PERSONS[0]!.identifiers, purpose: 'bet' };
  ok((await hub.http('exclusions.lookup', input, hasty)).body);
  expect(refused((await hub.http('exclusions.lookup', input, hasty)).body).code).toBe('RATE_LIMITED');
  await probe(async () => {
    const sql = 'SELECT 1 FROM key_usage WHERE key_id = $1 AND refused > 0';
    return (await hub.database.pool.query(sql, [hasty.keyId])).rows.length > 0;
  });
  const { days } = ok((await hub.http('operators.statistics', { operatorId }, { token })).body);
  expect(days.filter(({ refused: count }) => count > 0)).toEqual([]);
});

describe('a live key sees nothing of the sandbox', () => {
  const own = forKeys.filter(({ name }) => OWN.test(name));

  it.each(own.map((procedure) => [procedure.name, procedure] as const))(
    '%s is refused',
    async (name, procedure) => {
      const answer = await hub.http(name, inputFor(procedure), { apiKey: live.apiKey });
      expect(refused(answer.body).code).toBe('FORBIDDEN');
    },
  );

  it.each(TEST_PERSONS.map((person) => [person.person, person] as const))(
    'the test person “%s” is nobody in the register',
    async (name, { identifiers, details }) => {
      for (const exclude of [false, true]) {
        if (exclude && name !== 'malformed') {
          ok((await hub.http('sandbox.exclude', { person: name }, { apiKey: sandbox.apiKey })).body);
        }
        const input = { identifiers, purpose: 'bet', ...(details === undefined ? {} : { person: details }) };
        const answer = await hub.http('exclusions.lookup', input, { apiKey: live.apiKey });
        if (name === 'malformed') expect(refused(answer.body).code).toBe('INVALID_INPUT');
        else expect(ok(answer.body).status).toBe('CLEAR');
      }
    },
  );

  it('the sandbox’s changes are not to be watched', async () => {
    const socket = await hub.connect({ apiKey: live.apiKey });
    const topic = `operators/${live.operatorId}/sandbox`;
    expect(refused(await hub.call(socket, 'watch', { topic })).code).toBe('FORBIDDEN');
  });
});
