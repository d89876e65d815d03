import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { identity as contract } from '@kinga/shared/identity/contract.ts';
import { expect, test, vi } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { codeSentTo, messagesTo, wrongCode } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import {
  codeFor,
  handlersOf,
  listeningRegister,
  newCitizen,
  register,
  signInBy,
} from './registration-support.ts';
import { type IdentityNode, newAccount, PASSWORD, startIdentity, startIdentityNode } from './support.ts';

test('a citizen registers by e-mail, proves it by the code, and signs in', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const { challengeId, expiresAt } = await register(node, { email });
  expect(new Date(expiresAt).getTime() - Date.now()).toBeGreaterThan(9 * 60_000);
  expect((await refusal(signInBy(node, { email }))).code).toBe('UNAUTHENTICATED');
  const code = await codeSentTo(node.platform, email);
  expect(code).toMatch(/^\d{6}$/);
  const verified = await handlersOf(node).verifyContact({ challengeId, code }, callBy());
  expect(verified).toMatchObject({ type: 'email' });
  const { account } = await signInBy(node, { email });
  expect(account).toMatchObject({ id: verified.accountId, email, role: 'citizen', operatorId: null });
});

test('a citizen registers by phone in any spelling, and signs in by it in any other', async () => {
  await using node = await startIdentity();
  const { phone } = newPerson();
  const { challengeId } = await register(node, { phone: phone.replace('+254', '0') }, { locale: 'sw' });
  const [message] = await messagesTo(node.platform, phone);
  expect(message).toMatchObject({ channel: 'sms', template: 'codeForAccount', locale: 'sw' });
  const code = await codeSentTo(node.platform, phone);
  await handlersOf(node).verifyContact({ challengeId, code }, callBy());
  const { account } = await signInBy(node, { phone: phone.replace('+', '00') });
  expect(account).toMatchObject({ email: null, role: 'citizen' });
});

test('the message with the code says which account it makes: somebody else may have asked for it', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  for (const [as, template, page] of [
    ['person', 'codeForAccount', 'sign-up'],
    ['operator', 'codeForOperatorAccount', 'sign-up-operator'],
  ] as const) {
    const { challengeId } = await register(node, { email }, { as });
    expect((await messagesTo(node.platform, email)).at(-1)).toMatchObject({
      template,
      data: { page: `${page}/${challengeId}` },
    });
  }
});

test('nothing is known of a contact before it is proved: no account, no identifier', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  await register(node, { email });
  const { db, crypto } = node.platform;
  expect(await node.identity.accountsOfKeys(db, [crypto.identifierKey('email', email)])).toEqual([]);
  expect((await db.query('SELECT FROM accounts')).rowCount).toBe(0);
});

test('whether somebody signs in with a contact, only they learn: same answer, and a message to them', async () => {
  await using node = await startIdentity();
  const owner = await newCitizen(node);
  const known = await register(node, owner.by, { password: 'the password of a stranger' });
  const unknown = await register(node, { email: newPerson().email });
  expect(Object.keys(known)).toEqual(Object.keys(unknown));
  expect(known.challengeId).toHaveLength(unknown.challengeId.length);
  expect((await messagesTo(node.platform, owner.to)).at(-1)?.template).toBe('accountExists');
  // No code was sent for it, and an earlier one does not fit.
  const { challengeId } = known;
  const code = await codeSentTo(node.platform, owner.to);
  const error = await refusal(handlersOf(node).verifyContact({ challengeId, code }, callBy()));
  expect(error.code).toBe('CODE_REFUSED');
  await expect(signInBy(node, owner.by)).resolves.toBeDefined();
});

test('a registration of a known contact costs the work of one of an unknown', async () => {
  await using node = await startIdentity();
  const owner = await newAccount(node.identity);
  const known = await workOf(node, () => register(node, { email: owner.email }));
  const unknown = await workOf(node, () => register(node, { email: newPerson().email }));
  expect(known.length).toBeGreaterThan(5);
  expect(known).toEqual(unknown);
  const rows = await node.database.pool.query('SELECT payload IS NOT NULL AS sealed FROM challenges');
  expect(rows.rows).toEqual([{ sealed: true }, { sealed: true }]);
});

test('whoever comes by the message chooses the password: a stranger who asked in their name is left outside', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const said = { name: 'Not Their Name', dateOfBirth: '1990-01-02' };
  const stranger = { email, password: 'a phrase of the stranger', locale: 'en' as const, ...said };
  const { challengeId } = await handlersOf(node).register(stranger, callBy());
  const code = await codeSentTo(node.platform, email);
  const verify = (newPassword: string) =>
    handlersOf(node).verifyContact({ challengeId, code, newPassword }, callBy());
  for (const newPassword of ['qwertyuiop', email]) {
    const refused = { code: 'INVALID_INPUT', details: [{ path: 'newPassword' }] };
    expect(await refusal(verify(newPassword)), 'and the code stays good').toMatchObject(refused);
  }
  await verify('a phrase of their own');
  expect((await refusal(signInBy(node, { email }, 'a phrase of the stranger'))).code).toBe('UNAUTHENTICATED');
  const { accessToken } = await signInBy(node, { email }, 'a phrase of their own');
  const actor = await node.identity.authenticateToken(accessToken);
  const profile = await handlersOf(node).profile({}, callBy(actor));
  expect(profile).toMatchObject({ name: null, dateOfBirth: null });
});

test('who is signed in proves a contact, and sets no password by it', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const sent = await codeFor(node, citizen.actor, { purpose: 'contact', type: 'email', value: citizen.to });
  const answer = { ...sent, newPassword: 'another phrase of theirs' };
  const error = await refusal(handlersOf(node).verifyContact(answer, callBy(citizen.actor)));
  expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'newPassword' }] });
});

test('a code that is answered many times at once makes one account', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const { challengeId } = await register(node, { email });
  const code = await codeSentTo(node.platform, email);
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, async () => handlersOf(node).verifyContact({ challengeId, code }, callBy())),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused.map(({ reason }) => reason.code)).toEqual(Array<string>(7).fill('CODE_REFUSED'));
});

test('an account made in the meantime wins: whoever proves the contact later is told', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const { challengeId } = await register(node, { email });
  const code = await codeSentTo(node.platform, email);
  await node.identity.createAccount({ email, password: PASSWORD, role: 'bettor' }, { actor: 'system' });
  const error = await refusal(handlersOf(node).verifyContact({ challengeId, code }, callBy()));
  expect(error.code).toBe('CONFLICT');
});

test('a newer registration replaces the older one, whose code is good no longer', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const first = await register(node, { email });
  const firstCode = await codeSentTo(node.platform, email);
  const second = await register(node, { email });
  const secondCode = await codeSentTo(node.platform, email);
  const answer = (challengeId: string, code: string) =>
    handlersOf(node).verifyContact({ challengeId, code }, callBy());
  expect((await refusal(answer(first.challengeId, firstCode))).code).toBe('CODE_REFUSED');
  expect((await refusal(answer(first.challengeId, secondCode))).code).toBe('CODE_REFUSED');
  await expect(answer(second.challengeId, secondCode)).resolves.toBeDefined();
});

test('a registration begun on one node is finished on another, and wrong codes count on both together', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startIdentityNode(database, { secrets });
  await using two = await startIdentityNode(database, { secrets });
  const { email } = newPerson();
  const { challengeId } = await register(one, { email });
  const code = await codeSentTo(one.platform, email);
  const wrong = { challengeId, code: wrongCode(code) };
  for (const node of [one, two, one]) {
    expect((await refusal(handlersOf(node).verifyContact(wrong, callBy()))).code).toBe('CODE_REFUSED');
  }
  const locked = await refusal(handlersOf(two).verifyContact({ challengeId, code }, callBy()));
  expect(locked.code).toBe('CODE_REFUSED');
  const again = await register(two, { email });
  const next = { challengeId: again.challengeId, code: await codeSentTo(two.platform, email) };
  await expect(handlersOf(one).verifyContact(next, callBy())).resolves.toBeDefined();
});

test('a contact gets five codes an hour, counted by all nodes together, whatever they are for', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startIdentityNode(database, { secrets });
  await using two = await startIdentityNode(database, { secrets });
  const { email } = newPerson();
  for (const node of [one, two, one, two]) await register(node, { email });
  await handlersOf(one).requestPasswordReset({ email }, callBy());
  const limited = await refusal(register(two, { email }));
  expect(limited.code).toBe('RATE_LIMITED');
  expect(limited.retryAfterMs).toBeGreaterThan(3_500_000);
  expect((await refusal(handlersOf(one).requestPasswordReset({ email }, callBy()))).code).toBe(
    'RATE_LIMITED',
  );
  await expect(register(one, { email: newPerson().email })).resolves.toBeDefined();
  await database.pool.query(
    `UPDATE limited_attempts SET times = ARRAY(SELECT t - interval '1 hour' FROM unnest(times) AS t)`,
  );
  await expect(register(two, { email })).resolves.toBeDefined();
});

test('codes asked for at once do not outrun the limit', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const results = await Promise.allSettled(Array.from({ length: 9 }, () => register(node, { email })));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await messagesTo(node.platform, email)).toHaveLength(5);
  const { rows } = await node.database.pool.query('SELECT FROM challenges WHERE closed_at IS NULL');
  expect(rows).toHaveLength(1);
});

test('one address may not have codes sent to everybody', async () => {
  await using node = await startIdentity();
  const from = (address: string) =>
    handlersOf(node).requestPasswordReset({ email: newPerson().email }, callBy(undefined, { address }));
  await Promise.all(Array.from({ length: 50 }, () => from('203.0.113.9')));
  expect((await refusal(from('203.0.113.9'))).code).toBe('RATE_LIMITED');
  await expect(from('198.51.100.7')).resolves.toBeDefined();
});

test('nothing personal and no secret is stored or recorded in the open', async () => {
  await using node = await startIdentity();
  const person = newPerson();
  const input = contract.register.input.parse({
    phone: person.phone,
    password: PASSWORD,
    name: person.name,
    dateOfBirth: '1990-05-17',
  });
  const { challengeId } = await handlersOf(node).register(input, callBy());
  const code = await codeSentTo(node.platform, person.phone);
  const everything = async () => {
    const texts: string[] = [];
    for (const table of ['challenges', 'limited_attempts', 'accounts', 'account_identifiers', 'audit_log']) {
      texts.push(JSON.stringify((await node.database.pool.query(`SELECT t::text FROM ${table} t`)).rows));
    }
    for (const table of ['messages', 'outbox', 'second_factors']) {
      texts.push(JSON.stringify((await node.database.pool.query(`SELECT t::text FROM ${table} t`)).rows));
    }
    return texts.join();
  };
  const before = await everything();
  await handlersOf(node).verifyContact({ challengeId, code }, callBy());
  const text = before + (await everything());
  for (const secret of [person.phone, person.phone.slice(4), person.name, '1990-05-17', PASSWORD]) {
    expect(text, secret).not.toContain(secret);
    expect(text, secret).not.toContain(Buffer.from(secret).toString('hex'));
  }
  expect(text).not.toMatch(new RegExp(`\\b${code}\\b`));
  const audit = await node.database.pool.query('SELECT action, subject FROM audit_log ORDER BY id');
  expect(audit.rows.map(({ action }) => action)).toEqual(['code.requested', 'account.registered']);
});

test('what is answered is closed: its payload, with the password’s hash, is gone', async () => {
  await using node = await startIdentity();
  await newCitizen(node);
  const { rows } = await node.database.pool.query('SELECT payload, closed_at FROM challenges');
  expect(rows).toEqual([{ payload: null, closed_at: expect.any(Date) }]);
});

test('malformed registrations are refused by field', async () => {
  await using node = await startIdentity();
  const { input } = contract.register;
  const password = PASSWORD;
  const pathsOf = (value: unknown) => {
    const parsed = input.safeParse(value);
    return parsed.success ? [] : parsed.error.issues.map((issue) => issue.path.join('.')).sort();
  };
  expect(pathsOf({ password })).toEqual(['email']);
  expect(pathsOf({ password, email: 'a@b.co.ke', phone: '0712345678' })).toEqual(['email']);
  expect(pathsOf({ password: 'short', email: 'nobody' })).toEqual(['email', 'password']);
  expect(pathsOf({ password, email: 'a@b.co.ke', dateOfBirth: '17.5.1990', locale: 'fr' })).toEqual([
    'dateOfBirth',
    'locale',
  ]);
  expect((await refusal(register(node, { phone: '0712' }))).details).toMatchObject([{ path: 'phone' }]);
  const unborn = { email: 'a@example.co.ke', password, locale: 'en', dateOfBirth: '2999-01-01' } as const;
  expect((await refusal(handlersOf(node).register(unborn, callBy()))).details).toMatchObject([
    { path: 'dateOfBirth' },
  ]);
});

test('the register is told of a new account in its transaction, and before the answer', async () => {
  const listening = listeningRegister();
  await using node = await startIdentity({ register: listening.register });
  await newCitizen(node);
  expect(listening.heard).toEqual([{ known: [], added: ['email'] }]);
  expect(listening.told()).toBe(1);
  const person = newPerson();
  await node.identity.createAccount(
    { email: person.email, password: PASSWORD, role: 'bettor', identifiers: [person.byNationalId] },
    { actor: 'system' },
  );
  expect(listening.heard.at(-1)?.added.sort()).toEqual(['email', 'nationalId']);
});

test('the profile says what is known and proved; what is changed is changed, the rest stays', async () => {
  await using node = await startIdentity();
  const { actor, accountId } = await newCitizen(node);
  const call = callBy(actor);
  const { profile, updateProfile } = handlersOf(node);
  expect(await profile({}, call)).toMatchObject({
    accountId,
    name: null,
    dateOfBirth: null,
    locale: 'en',
    verifiedAt: { phone: null, email: expect.stringMatching(/Z$/), nationalId: null },
  });
  await updateProfile({ name: 'Wanjiku wa Kamau', locale: 'sw' }, call);
  const changed = await updateProfile({ dateOfBirth: '1990-05-17' }, call);
  expect(changed).toMatchObject({ name: 'Wanjiku wa Kamau', dateOfBirth: '1990-05-17', locale: 'sw' });
  const { rows } = await node.database.pool.query(
    `SELECT details FROM audit_log WHERE action = 'profile.changed' ORDER BY id`,
  );
  expect(rows).toEqual([
    { details: { changed: ['name', 'locale'] } },
    { details: { changed: ['dateOfBirth'] } },
  ]);
});

/** What was asked of PostgreSQL; beside it there is a password's hash, made before anything is known. */
async function workOf(node: IdentityNode, work: () => unknown): Promise<string[]> {
  const statements: string[] = [];
  const transaction = node.platform.db.transaction.bind(node.platform.db);
  const spy = vi.spyOn(node.platform.db, 'transaction').mockImplementation((given) =>
    transaction((tx) =>
      given({
        query: (text, values) => {
          statements.push(text);
          return tx.query(text, values);
        },
      }),
    ),
  );
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return statements;
}
