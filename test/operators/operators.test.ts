import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { newKey, newOperator, startOperators } from './support.ts';

const ADMIN: AccountActor = {
  kind: 'account',
  accountId: 'acc_admin',
  role: 'admin',
  sessionId: 'ses_1',
  operatorId: null,
  expiresAt: Number.MAX_SAFE_INTEGER,
};

const INPUT = { name: 'Bahati', licenceNo: 'BCLB-0001', contactEmail: 'ops@example.co.ke' };

test('an operator is entered once under its licence number, and the audit knows by whom', async () => {
  await using node = await startOperators();
  const { create } = node.operators.domain.handlers;
  const operator = await create(INPUT, callBy(ADMIN));
  expect(operator).toMatchObject(INPUT);
  const error = await refusal(create({ ...INPUT, name: 'Other', licenceNo: 'bclb-0001' }, callBy(ADMIN)));
  expect(error.code).toBe('CONFLICT');
  expect(error.details).toMatchObject([{ path: 'licenceNo' }]);
  const audit = await node.database.pool.query('SELECT actor, action, subject FROM audit_log');
  expect(audit.rows).toEqual([
    { actor: 'account:acc_admin', action: 'operator.created', subject: operator.id },
  ]);
});

test('ten at once with one licence number make one operator', async () => {
  await using node = await startOperators();
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, async () => node.operators.domain.handlers.create(INPUT, callBy(ADMIN))),
  );
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  const codes = results.filter((result) => result.status === 'rejected').map((result) => result.reason.code);
  expect(codes).toEqual(Array<string>(9).fill('CONFLICT'));
});

test('an idempotency key replays the first answer, for concurrent twins too', async () => {
  await using node = await startOperators();
  const call = () => callBy(ADMIN, { idempotencyKey: 'one', procedure: 'operators.create' });
  const { create } = node.operators.domain.handlers;
  const answers = await Promise.all([create(INPUT, call()), create(INPUT, call())]);
  answers.push(await create(INPUT, call()));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const other = await refusal(create({ ...INPUT, name: 'Another' }, call()));
  expect(other.code).toBe('IDEMPOTENCY_CONFLICT');
});

test('the list shows the newest first, twenty a page, each once', async () => {
  await using node = await startOperators();
  const made: string[] = [];
  for (let i = 0; i < 23; i++) made.push((await newOperator(node.operators)).id);
  const { list } = node.operators.domain.handlers;
  const first = await list({}, callBy(ADMIN));
  expect(first.items).toHaveLength(20);
  const second = await list({ cursor: first.nextCursor }, callBy(ADMIN));
  expect(second.nextCursor).toBeUndefined();
  expect(new Set([...first.items, ...second.items].map((operator) => operator.id))).toEqual(new Set(made));
});

test('a key is stored as a keyed hash only, is shown once, and carries what it may do', async () => {
  await using node = await startOperators();
  const { keyId, apiKey, operator } = await newKey(node.operators, ['exclusions:watch', 'exclusions:lookup']);
  expect(apiKey).toMatch(/^kk_live_[0-9A-Za-z]{38}$/);
  const actor = await node.operators.authenticateKey(apiKey);
  expect(actor).toMatchObject({ kind: 'key', keyId, operatorId: operator.id });
  expect([...actor.scopes].sort()).toEqual(['exclusions:lookup', 'exclusions:watch']);
  const stored = await node.database.pool.query('SELECT * FROM api_keys');
  const audit = await node.database.pool.query('SELECT * FROM audit_log');
  const secret = apiKey.slice('kk_live_'.length);
  expect(JSON.stringify([stored.rows, audit.rows])).not.toContain(secret);
});

test('a key for an operator that does not exist is not issued', async () => {
  await using node = await startOperators();
  const { issueKey } = node.operators.domain.handlers;
  for (const operatorId of ['op_none', '*']) {
    const error = await refusal(
      issueKey({ operatorId, label: 'x', scopes: ['exclusions:lookup'] }, callBy(ADMIN)),
    );
    expect(error.code).toBe('NOT_FOUND');
  }
});

test('a mistyped key is refused without a question to the database', async () => {
  await using node = await startOperators();
  const { apiKey } = await newKey(node.operators);
  await node.database.pool.query('ALTER TABLE api_keys RENAME TO api_keys_away');
  const last = apiKey.at(-1) === 'a' ? 'b' : 'a';
  for (const typo of [`${apiKey.slice(0, -1)}${last}`, apiKey.slice(0, -1), `${apiKey}x`, '', 'kk_live_']) {
    expect((await refusal(node.operators.authenticateKey(typo))).code).toBe('UNAUTHENTICATED');
  }
});

test('row-level security: a statement sees the keys of the operator it acts for, and else nothing', async () => {
  await using node = await startOperators();
  const mine = await newKey(node.operators);
  await newKey(node.operators);
  const visibleTo = (tenant: string | undefined) =>
    node.platform.db.transaction(async (tx) => {
      if (tenant !== undefined) await tx.query(`SELECT set_config('kinga.tenant', $1, true)`, [tenant]);
      return (await tx.query<{ id: string }>('SELECT id FROM api_keys')).rows.map((row) => row.id);
    });
  expect(await visibleTo(undefined)).toEqual([]);
  expect(await visibleTo(mine.operator.id)).toEqual([mine.keyId]);
  const foreign = node.platform.db.transaction(async (tx) => {
    await tx.query(`SELECT set_config('kinga.tenant', 'op_other', true)`);
    await tx.query(
      `INSERT INTO api_keys (id, tenant_id, label, scopes, key_digest) VALUES ('k', $1, 'x', '{}', 'd')`,
      [mine.operator.id],
    );
  });
  await expect(foreign).rejects.toThrow(/row-level security/);
});
