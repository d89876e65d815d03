import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { asSuperuser, createTestDatabase } from '../support/database.ts';
import { createLocalBus } from '../support/local-bus.ts';
import { probe } from '../support/probe.ts';
import { promptly } from '../support/promptly.ts';
import { newKey, startOperators, startOperatorsNode } from './support.ts';

const ADMIN: AccountActor = {
  kind: 'account',
  accountId: 'acc_admin',
  role: 'admin',
  sessionId: 'ses_1',
  operatorId: null,
  expiresAt: Number.MAX_SAFE_INTEGER,
};

test('a new key is good on every node at once', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startOperatorsNode(database, { secrets });
  await using two = await startOperatorsNode(database, { secrets });
  for (let i = 0; i < 5; i++) {
    const { apiKey, keyId } = await newKey(one.operators);
    expect(await two.operators.authenticateKey(apiKey)).toMatchObject({ keyId });
  }
});

test('a known key costs no query', async () => {
  await using node = await startOperators();
  const { apiKey } = await newKey(node.operators);
  const first = await node.operators.authenticateKey(apiKey);
  await node.database.pool.query('ALTER TABLE api_keys RENAME TO api_keys_away');
  // A node that has had no processor for a second asks once more before it trusts what it knows.
  expect(await probe(() => node.operators.authenticateKey(apiKey))).toBe(first);
});

test('a revoked key is refused on every node within a second, and revoking again changes nothing', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  // Each has a bus of its own: as with Redis dead, nobody tells the other node.
  await using one = await startOperatorsNode(database, { secrets });
  await using two = await startOperatorsNode(database, { secrets });
  const { apiKey, keyId } = await newKey(one.operators);
  await two.operators.authenticateKey(apiKey);
  const heard: string[] = [];
  two.revocations.onRevoked((revocation) => heard.push(`${revocation.kind}:${revocation.id}`));
  const { revokeKey } = one.operators.domain.handlers;
  const answers = await Promise.all([1, 2, 3].map(async () => revokeKey({ keyId }, callBy(ADMIN))));
  expect((await refusal(one.operators.authenticateKey(apiKey))).code).toBe('UNAUTHENTICATED');
  await promptly(() => heard.length > 0, { ms: 1_000, what: 'the second node' });
  expect((await refusal(two.operators.authenticateKey(apiKey))).code).toBe('UNAUTHENTICATED');
  answers.push(await revokeKey({ keyId }, callBy(ADMIN)));
  expect(new Set(answers.map((answer) => answer.revokedAt)).size).toBe(1);
  const { rows } = await database.pool.query('SELECT subject_id FROM revocations');
  expect(rows).toEqual([{ subject_id: keyId }]);
  expect(heard).toEqual([`key:${keyId}`]);
  expect((await refusal(revokeKey({ keyId: 'key_none' }, callBy(ADMIN)))).code).toBe('NOT_FOUND');
});

test('a tail that lost its connection finds what it missed', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startOperatorsNode(database, { secrets });
  await using two = await startOperatorsNode(database, { secrets });
  const heard: string[] = [];
  two.revocations.onRevoked((revocation) => heard.push(revocation.id));
  const expected: string[] = [];
  for (let i = 0; i < 5; i++) {
    await asSuperuser(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = $1 AND application_name = 'kinga-revocations'`,
      [database.name],
    );
    const { keyId } = await newKey(one.operators);
    await one.operators.domain.handlers.revokeKey({ keyId }, callBy(ADMIN));
    expected.push(keyId);
  }
  await probe(() => heard.length === expected.length);
  expect(heard).toEqual(expected);
});

test('concurrent revocations arrive once each, in the order of their seq', async () => {
  await using database = await createTestDatabase();
  await using one = await startOperatorsNode(database);
  const heard: string[] = [];
  one.revocations.onRevoked((revocation) => heard.push(revocation.id));
  await Promise.all(
    Array.from({ length: 60 }, (_, i) =>
      one.platform.db.transaction((tx) => one.revocations.revoke(tx, { kind: 'session', id: `s${i}` })),
    ),
  );
  await probe(() => heard.length >= 60);
  const { rows } = await database.pool.query('SELECT subject_id FROM revocations ORDER BY seq');
  expect(heard).toEqual(rows.map((row) => row.subject_id));
});

test('a node that starts knows the revocations of tokens that may still be about', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startOperatorsNode(database, { secrets });
  await one.platform.db.transaction((tx) => one.revocations.revoke(tx, { kind: 'session', id: 'ses_old' }));
  await using late = await startOperatorsNode(database, { secrets, bus: createLocalBus() });
  expect(late.revocations.isRevoked('session', 'ses_old')).toBe(true);
});

test('a revocation nobody is notified of is found by the poll within a second', async () => {
  await using node = await startOperators();
  const heard: string[] = [];
  node.revocations.onRevoked((revocation) => heard.push(revocation.id));
  await node.database.pool.query(`INSERT INTO revocations (kind, subject_id) VALUES ('key', 'key_silent')`);
  await promptly(() => heard.length > 0, { ms: 1_000 });
  expect(node.revocations.isRevoked('key', 'key_silent')).toBe(true);
});
