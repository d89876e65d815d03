import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { identity as contract } from '@kinga/shared/identity/contract.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { newPerson } from '../support/people.ts';
import { login, PASSWORD, signIn, startIdentity, startIdentityNode } from './support.ts';

test('an account is found by each of its identifiers, the e-mail address among them', async () => {
  await using node = await startIdentity();
  const person = newPerson();
  const account = await node.identity.createAccount(
    {
      email: person.email,
      password: PASSWORD,
      role: 'bettor',
      identifiers: [{ type: 'phone', value: person.phone.replace('+254', '0') }, person.byNationalId],
    },
    { actor: 'system' },
  );
  const { db, crypto } = node.platform;
  const keys = await node.identity.accountKeys(db, account.id);
  expect(keys.map((key) => key.type).sort()).toEqual(['email', 'nationalId', 'phone']);
  for (const key of [
    crypto.identifierKey('phone', person.phone),
    crypto.identifierKey('nationalId', person.nationalId),
    crypto.identifierKey('email', person.email),
  ]) {
    expect(await node.identity.accountsOfKeys(db, [key])).toEqual([account.id]);
  }
  expect(await node.identity.accountsOfKeys(db, [crypto.identifierKey('phone', '+254700000000')])).toEqual(
    [],
  );
});

test('nothing personal is stored in the open, and the audit knows who did it', async () => {
  await using node = await startIdentity();
  const admin = await signIn(node.identity, 'admin');
  const person = newPerson();
  const input = {
    email: person.email,
    password: PASSWORD,
    role: 'bettor',
    identifiers: [...person.identifiers],
  };
  const account = await node.identity.domain.handlers.createAccount(
    contract.createAccount.input.parse(input),
    callBy(admin.actor),
  );
  const audit = await node.database.pool.query('SELECT * FROM audit_log WHERE subject = $1', [account.id]);
  expect(audit.rows).toHaveLength(1);
  expect(audit.rows[0]).toMatchObject({ actor: `account:${admin.account.id}`, action: 'account.created' });
  const stored = await node.database.pool.query(
    `SELECT encode(sealed, 'escape') AS sealed FROM account_identifiers WHERE account_id = $1
     UNION ALL SELECT password_hash FROM accounts WHERE id = $1
     UNION ALL SELECT details::text FROM audit_log`,
    [account.id],
  );
  const text = JSON.stringify(stored.rows);
  for (const secret of [person.nationalId, person.phone, PASSWORD]) expect(text).not.toContain(secret);
});

test('every malformed identifier is named, and no account is made', async () => {
  await using node = await startIdentity();
  const error = await refusal(
    node.identity.createAccount(
      {
        email: 'juma@example.co.ke',
        password: PASSWORD,
        role: 'bettor',
        identifiers: [
          { type: 'phone', value: '0712' },
          { type: 'nationalId', value: '23456789' },
          { type: 'nationalId', value: 'x' },
        ],
      },
      { actor: 'system' },
    ),
  );
  expect(error.code).toBe('INVALID_INPUT');
  expect(error.details?.map((detail) => detail.path)).toEqual([
    'identifiers[0].value',
    'identifiers[2].value',
  ]);
  expect((await node.database.pool.query('SELECT 1 FROM accounts')).rows).toEqual([]);
});

test('an e-mail address has one account, also when ten ask at once', async () => {
  await using node = await startIdentity();
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, () =>
      node.identity.createAccount(
        { email: 'mara@example.co.ke', password: PASSWORD, role: 'bettor' },
        { actor: 'system' },
      ),
    ),
  );
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  const rejected = results.filter((result) => result.status === 'rejected');
  expect(rejected.map((result) => result.reason.code)).toEqual(Array<string>(9).fill('CONFLICT'));
  expect(rejected[0]?.reason.details).toMatchObject([{ path: 'email' }]);
  const upper = contract.createAccount.input.parse({
    email: ' MARA@example.co.ke ',
    password: PASSWORD,
    role: 'admin',
  });
  expect((await refusal(node.identity.createAccount(upper, { actor: 'system' }))).code).toBe('CONFLICT');
});

test('an operator that does not exist has no staff, and only operators have', async () => {
  await using node = await startIdentity();
  const input = { email: 'a@example.co.ke', password: PASSWORD, operatorId: 'op_none' };
  const by = { actor: 'system' } as const;
  expect((await refusal(node.identity.createAccount({ ...input, role: 'operator' }, by))).code).toBe(
    'NOT_FOUND',
  );
  expect((await refusal(node.identity.createAccount({ ...input, role: 'bettor' }, by))).code).toBe(
    'INVALID_INPUT',
  );
});

test('two nodes that start at once make one administrator, who can sign in', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  const env = { ADMIN_EMAIL: 'Admin@Example.co.ke', ADMIN_PASSWORD: PASSWORD };
  await using one = await startIdentityNode(database, { secrets, env });
  await using two = await startIdentityNode(database, { secrets, env });
  expect(await one.identity.administratorExists()).toBe(false);
  await Promise.all([one.identity.ensureAdministrator(), two.identity.ensureAdministrator()]);
  expect((await database.pool.query('SELECT email, role FROM accounts')).rows).toEqual([
    { email: 'admin@example.co.ke', role: 'admin' },
  ]);
  expect(await one.identity.administratorExists()).toBe(true);
  await expect(login(two.identity, 'admin@example.co.ke')).resolves.toBeDefined();
});

test('the first administrator gets no password that everybody tries first, nor their own address', async () => {
  for (const ADMIN_PASSWORD of ['Password123', 'admin@example.co.ke']) {
    await using node = await startIdentity({ env: { ADMIN_EMAIL: 'admin@example.co.ke', ADMIN_PASSWORD } });
    const error = await refusal(node.identity.ensureAdministrator());
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'ADMIN_PASSWORD' }] });
    expect(await node.identity.administratorExists()).toBe(false);
  }
});

test('where there is an administrator, another ADMIN_EMAIL or password changes nothing', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using first = await startIdentityNode(database, { secrets });
  const admin = await signIn(first.identity, 'admin');
  const env = { ADMIN_EMAIL: 'other@example.co.ke', ADMIN_PASSWORD: 'another password' };
  await using second = await startIdentityNode(database, { secrets, env });
  await second.identity.ensureAdministrator();
  expect((await database.pool.query('SELECT email FROM accounts')).rows).toEqual([
    { email: admin.account.email },
  ]);
});
