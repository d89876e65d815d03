import { runConformance } from '@kinga/client-sdk';
import { pruneRuns } from '@kinga/server/domains/conformance/index.ts';
import { VECTORS } from '@kinga/shared/conformance/vectors.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { HONEST, integrationOf } from './operators.ts';
import { callsOverHttp, lineOverHttp, type SandboxKey, sandboxKey } from './support.ts';

let hub: TestHub;
let key: SandboxKey;

beforeAll(async () => {
  hub = await startTestHub();
});
beforeAll(async () => {
  key = await sandboxKey(hub);
});
afterAll(() => hub[Symbol.asyncDispose]());

const start = async (by = key) => ok((await hub.http('conformance.start', {}, by)).body);
const submit = async (runId: string, decisions: unknown, by = key) =>
  (await hub.http('conformance.submit', { runId, decisions }, by)).body;

describe('a run', () => {
  it('hands out every situation and nothing of what is right', async () => {
    const { situations, expiresAt } = await start();
    expect(situations).toHaveLength(VECTORS.length);
    const left = Date.parse(expiresAt) - Date.now();
    expect(left).toBeGreaterThan(59 * 60_000);
    expect(left).toBeLessThan(61 * 60_000);
    const text = JSON.stringify(situations);
    for (const word of ['expect', 'vector', 'covers', 'mustAsk', 'standing'])
      expect(text).not.toContain(word);
  });

  it('is submitted in parts, and the first word on a situation counts', async () => {
    const { runId, situations } = await start();
    const withdrawal = situations.find(({ action }) => action === 'withdraw')!;
    const change = situations.find(({ change }) => change?.type === 'reset')!;
    const first = ok(await submit(runId, [{ id: withdrawal.id, decision: 'refuse' }]));
    expect(first).toMatchObject({ state: 'open', passed: 0, open: VECTORS.length - 1 });
    expect(first.failed).toMatchObject([{ id: withdrawal.id, covers: ['policy: withdrawals', 'F12'] }]);
    expect(first.failed[0]?.why).toBe('decided refuse, where right is allow');
    const decisions = [
      { id: withdrawal.id, decision: 'allow' },
      { id: change.id, decision: 'checkAgain' },
    ];
    const second = ok(await submit(runId, decisions));
    expect(second).toMatchObject({ passed: 1, open: VECTORS.length - 2, failed: [{ id: withdrawal.id }] });
    expect(ok(await submit(runId, decisions))).toEqual(second);
  });

  it('takes no decision on what is not in it, and names each', async () => {
    const { runId, situations } = await start();
    const [{ id }] = situations as [(typeof situations)[number]];
    const decision = 'allow';
    const answer = await submit(runId, [
      { id, decision },
      { id, decision },
      { id: 'sit_unknown', decision },
    ]);
    expect(refused(answer)).toMatchObject({
      code: 'INVALID_INPUT',
      details: [
        { path: 'decisions[1].id', message: 'decided twice' },
        { path: 'decisions[2].id', message: 'not a situation of this run' },
      ],
    });
    const wrong = await submit(runId, [{ id, decision: 'maybe' }]);
    expect(refused(wrong)).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'decisions[0].decision' }],
    });
  });

  it('is nobody else’s, and not that of a run before or after', async () => {
    const { runId, situations } = await start();
    const decisions = [{ id: situations[0]!.id, decision: 'allow' }];
    const other = await sandboxKey(hub);
    expect(refused(await submit(runId, decisions, other)).code).toBe('NOT_FOUND');
    const next = await start();
    expect(refused(await submit(runId, decisions)).code).toBe('CONFLICT');
    expect(refused(await submit(next.runId, decisions)).code).toBe('INVALID_INPUT');
    // The people of a run that was replaced are gone.
    const { rows } = await hub.database.pool.query('SELECT 1 FROM sandbox_records WHERE run_id = $1', [
      runId,
    ]);
    expect(rows).toEqual([]);
  });

  it('expires after an hour', async () => {
    const { runId, situations } = await start();
    const moved = 'UPDATE conformance_runs SET expires_at = clock_timestamp() WHERE id = $1';
    await hub.database.pool.query(moved, [runId]);
    const answer = await submit(runId, [{ id: situations[0]!.id, decision: 'allow' }]);
    expect(refused(answer)).toMatchObject({
      code: 'CONFLICT',
      message: 'The run has expired: start another',
    });
  });

  it('of several that are started at once, one is open', async () => {
    const own = await sandboxKey(hub);
    await Promise.all(Array.from({ length: 4 }, () => start(own)));
    const { rows } = await hub.database.pool.query(
      'SELECT state, count(*)::int AS n FROM conformance_runs WHERE tenant_id = $1 GROUP BY state ORDER BY state',
      [own.operatorId],
    );
    expect(rows).toEqual([
      { state: 'open', n: 1 },
      { state: 'replaced', n: 3 },
    ]);
  });

  it('believes no proof of another situation, or of before', async () => {
    const { runId, situations } = await start();
    const bets = situations.filter(
      ({ purpose, customer, context }) =>
        purpose === 'bet' && customer !== null && Object.keys(context).length === 0,
    );
    const [one, two] = bets as [(typeof bets)[number], (typeof bets)[number]];
    const checkIds: string[] = [];
    for (const { customer } of [one, two]) {
      const answer = await hub.http('exclusions.lookup', { ...customer, purpose: 'bet' }, key);
      if (answer.body.ok) checkIds.push(answer.body.data.checkId);
      else checkIds.push('none');
    }
    const swapped = [
      { id: one.id, decision: 'refuse', checkId: checkIds[1] },
      { id: two.id, decision: 'refuse', checkId: checkIds[0] },
    ];
    expect(ok(await submit(runId, swapped)).failed).toHaveLength(2);
  });
});

it('a run of last week is forgotten, unless a certificate rests on it', async () => {
  const [old, kept] = [await start(), await start()];
  const { pool, db } = hub.database;
  await pool.query(`UPDATE conformance_runs SET expires_at = expires_at - interval '8 days'`);
  await pool.query('INSERT INTO conformance_certificates (run_id, tenant_id, vectors) VALUES ($1, $2, 1)', [
    kept.runId,
    (await sandboxKey(hub)).operatorId,
  ]);
  expect(await pruneRuns(db)).toBeGreaterThan(0);
  const { rows } = await pool.query('SELECT DISTINCT run_id FROM conformance_situations');
  expect(rows.map(({ run_id }) => run_id)).toContain(kept.runId);
  expect(rows.map(({ run_id }) => run_id)).not.toContain(old.runId);
});

describe('a certificate', () => {
  const pass = async (by: SandboxKey) =>
    runConformance(callsOverHttp(hub, by.apiKey), integrationOf(lineOverHttp(hub, by.apiKey), HONEST));
  const wanted = { label: 'production', scopes: ['exclusions:lookup'] };

  it('lets the operator’s staff issue a live key by themselves, which works at once and ends with it', async () => {
    const own = await sandboxKey(hub);
    const staff = await hub.account('operator', { operatorId: own.operatorId });
    const before = await hub.http('conformance.applyForProductionKey', wanted, staff);
    expect(before.status).toBe(422);
    expect(refused(before.body).code).toBe('NOT_CERTIFIED');
    expect(ok((await hub.http('conformance.certificate', {}, staff)).body).certificate).toBeNull();

    expect(await pass(own)).toMatchObject({ state: 'passed', failed: [] });
    const { certificate } = ok((await hub.http('conformance.certificate', {}, staff)).body);
    expect(certificate).toMatchObject({ isValid: true, vectors: VECTORS.length });
    const issued = ok((await hub.http('conformance.applyForProductionKey', wanted, staff)).body);
    expect(issued.apiKey).toMatch(/^kk_live_/);
    expect(issued.endsAt).toBe(certificate?.validUntil);
    const { items } = ok((await hub.http('operators.listKeys', {}, staff)).body);
    expect(items.find(({ id }) => id === issued.keyId)).toMatchObject({
      environment: 'live',
      mode: 'block',
      expiresAt: certificate?.validUntil,
      scopes: ['exclusions:lookup'],
    });
    const question = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };
    expect(ok((await hub.http('exclusions.lookup', question, issued)).body).status).toBe('CLEAR');

    // After twelve months the suite is to be passed again.
    await hub.database.pool.query(
      `UPDATE conformance_certificates SET valid_until = clock_timestamp() WHERE tenant_id = $1`,
      [own.operatorId],
    );
    const late = await hub.http('conformance.applyForProductionKey', wanted, staff);
    expect(refused(late.body).code).toBe('NOT_CERTIFIED');
  });

  it('is another operator’s business as little as its key', async () => {
    const own = await sandboxKey(hub);
    await pass(own);
    const other = await hub.account('operator', { operatorId: key.operatorId });
    expect(refused((await hub.http('conformance.applyForProductionKey', wanted, other)).body).code).toBe(
      'NOT_CERTIFIED',
    );
    const foreign = await hub.http('conformance.certificate', { operatorId: own.operatorId }, other);
    expect(refused(foreign.body).code).toBe('NOT_FOUND');
    const admin = await hub.admin();
    const seen = await hub.http('conformance.certificate', { operatorId: own.operatorId }, admin);
    expect(ok(seen.body).certificate?.isValid).toBe(true);
    const audited = await hub.database.pool.query(
      `SELECT details FROM audit_log WHERE action = 'conformance.passed' AND actor = $1`,
      [`key:${own.keyId}`],
    );
    expect(audited.rows).toEqual([
      { details: { operatorId: own.operatorId, passed: VECTORS.length, failed: [] } },
    ]);
  });

  it.each([
    ['nobody', 'UNAUTHENTICATED'],
    ['bettor', 'FORBIDDEN'],
    ['admin', 'FORBIDDEN'],
    ['a sandbox key', 'FORBIDDEN'],
    ['staff of no operator', 'FORBIDDEN'],
  ])('gives no key to %s', async (who, code) => {
    const by = { nobody: {}, 'a sandbox key': key } as Record<string, { apiKey?: string; token?: string }>;
    const credentials =
      by[who] ??
      (who === 'bettor'
        ? await hub.bettor()
        : who === 'admin'
          ? await hub.admin()
          : await hub.account('operator'));
    const answer = await hub.http('conformance.applyForProductionKey', wanted, credentials);
    expect(refused(answer.body).code).toBe(code);
  });
});

it('runs are for sandbox keys', async () => {
  const staff = await hub.account('operator', { operatorId: key.operatorId });
  const live = await hub.operatorKey(['exclusions:lookup']);
  for (const [credentials, code] of [
    [{}, 'UNAUTHENTICATED'],
    [staff, 'FORBIDDEN'],
    [await hub.admin(), 'FORBIDDEN'],
    [live, 'FORBIDDEN'],
  ] as const) {
    expect(refused((await hub.http('conformance.start', {}, credentials)).body).code).toBe(code);
    const decisions = [{ id: 'sit_x', decision: 'allow' }];
    const answer = await hub.http('conformance.submit', { runId: 'run_x', decisions }, credentials);
    expect(refused(answer.body).code).toBe(code);
  }
});
