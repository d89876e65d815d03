import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { createTestDatabase } from '../support/database.ts';
import { codeSentTo, messagesTo, wrongCode } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { codeFor, handlersOf, newCitizen, signInBy } from './registration-support.ts';
import { PASSWORD, signIn, startIdentity, startIdentityNode } from './support.ts';

const NEW_PASSWORD = 'nywila mpya kabisa';

test('a forgotten password is replaced by the code; every session ends on every node, and the owner is told', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startIdentityNode(database, { secrets });
  await using two = await startIdentityNode(database, { secrets });
  const citizen = await newCitizen(one);
  const other = await signInBy(two, citizen.by);
  const { challengeId } = await handlersOf(one).requestPasswordReset({ email: citizen.to }, callBy());
  const code = await codeSentTo(one.platform, citizen.to);
  await handlersOf(two).resetPassword({ challengeId, code, newPassword: NEW_PASSWORD }, callBy());
  for (const session of [citizen.session, other]) {
    for (const node of [one, two]) {
      await probe(async () =>
        node.identity.authenticateToken(session.accessToken).then(
          () => false,
          () => true,
        ),
      );
    }
    const { refreshToken } = session;
    expect((await refusal(handlersOf(one).refresh({ refreshToken }, callBy()))).code).toBe('UNAUTHENTICATED');
  }
  expect((await refusal(signInBy(one, citizen.by))).code).toBe('UNAUTHENTICATED');
  await expect(signInBy(one, citizen.by, NEW_PASSWORD)).resolves.toBeDefined();
  expect((await messagesTo(one.platform, citizen.to)).map(({ template }) => template)).toContain(
    'passwordChanged',
  );
});

test('a phone, which others get after a while, does not reset the password of staff; their e-mail does', async () => {
  await using node = await startIdentity();
  const { phone } = newPerson();
  const { account, actor } = await signIn(node.identity, 'regulator');
  const given = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  expect(await handlersOf(node).addIdentifier({ ...given, password: PASSWORD }, callBy(actor))).toMatchObject(
    { signsIn: true },
  );
  await handlersOf(node).requestPasswordReset({ phone }, callBy());
  expect(await messagesTo(node.platform, phone)).toHaveLength(1);
  const templates = async () =>
    (await messagesTo(node.platform, account.email)).map(({ template }) => template);
  expect(await templates()).toEqual(['contactAdded']);
  await handlersOf(node).requestPasswordReset({ email: account.email }, callBy());
  expect(await templates()).toEqual(['contactAdded', 'code']);
});

test('a recycled phone resets no password of whoever has an e-mail address: the code goes there', async () => {
  await using node = await startIdentity();
  const { phone } = newPerson();
  const citizen = await newCitizen(node);
  const given = await codeFor(node, citizen.actor, { purpose: 'identifier', type: 'phone', value: phone });
  await handlersOf(node).addIdentifier({ ...given, password: PASSWORD }, callBy(citizen.actor));
  const { challengeId, ...rest } = await handlersOf(node).requestPasswordReset({ phone }, callBy());
  expect(Object.keys(rest)).toEqual(['expiresAt']);
  const atPhone = (await messagesTo(node.platform, phone)).map(({ template, data }) => [template, data]);
  expect(atPhone).toEqual([
    ['code', { code: given.code }],
    ['codeElsewhere', {}],
  ]);
  const code = await codeSentTo(node.platform, citizen.to);
  await handlersOf(node).resetPassword({ challengeId, code, newPassword: NEW_PASSWORD }, callBy());
  await expect(signInBy(node, citizen.by, NEW_PASSWORD)).resolves.toBeDefined();
});

test('a phone alone resets the password of whoever has nothing else', async () => {
  await using node = await startIdentity();
  const { phone } = newPerson();
  const citizen = await newCitizen(node, { phone });
  const { challengeId } = await handlersOf(node).requestPasswordReset({ phone }, callBy());
  const code = await codeSentTo(node.platform, phone);
  await handlersOf(node).resetPassword({ challengeId, code, newPassword: NEW_PASSWORD }, callBy());
  await expect(signInBy(node, citizen.by, NEW_PASSWORD)).resolves.toBeDefined();
});

test('a reset for nobody is answered like one for somebody, after the same time, and sends nothing', async () => {
  await using node = await startIdentity();
  const { by, to } = await newCitizen(node);
  const { email } = newPerson();
  const { requestPasswordReset } = handlersOf(node);
  const knownMs: number[] = [];
  const unknownMs: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    const known = await requestPasswordReset({ ...by }, callBy());
    const between = performance.now();
    const unknown = await requestPasswordReset({ email }, callBy());
    knownMs.push(between - began);
    unknownMs.push(performance.now() - between);
    expect(Object.keys(known)).toEqual(Object.keys(unknown));
  }
  expect(await messagesTo(node.platform, email)).toEqual([]);
  expect((await messagesTo(node.platform, to)).filter(({ template }) => template === 'code')).toHaveLength(3);
  // Not before a time that is longer than the work of either.
  expect(Math.min(...knownMs, ...unknownMs)).toBeGreaterThanOrEqual(149);
});

test('a reset code is good once, three wrong ones lock it, and it is too old after ten minutes', async () => {
  await using node = await startIdentity();
  const { by, to } = await newCitizen(node);
  const { requestPasswordReset, resetPassword } = handlersOf(node);
  const request = async () => {
    const { challengeId } = await requestPasswordReset({ ...by }, callBy());
    return { challengeId, code: await codeSentTo(node.platform, to), newPassword: NEW_PASSWORD };
  };
  const used = await request();
  await resetPassword(used, callBy());
  expect((await refusal(resetPassword(used, callBy()))).code).toBe('CODE_REFUSED');
  const guessed = await request();
  for (let i = 0; i < 3; i++) {
    const error = await refusal(resetPassword({ ...guessed, code: wrongCode(guessed.code) }, callBy()));
    expect(error.code).toBe('CODE_REFUSED');
  }
  expect((await refusal(resetPassword(guessed, callBy()))).code).toBe('CODE_REFUSED');
  const old = await request();
  await node.database.pool.query('UPDATE challenges SET expires_at = clock_timestamp()');
  expect((await refusal(resetPassword(old, callBy()))).code).toBe('CODE_REFUSED');
  const unknown = { challengeId: 'chl_none', code: '123456', newPassword: NEW_PASSWORD };
  expect((await refusal(resetPassword(unknown, callBy()))).code).toBe('CODE_REFUSED');
});

test('of resets at once with one code exactly one succeeds', async () => {
  await using node = await startIdentity();
  const { by, to } = await newCitizen(node);
  const { challengeId } = await handlersOf(node).requestPasswordReset({ ...by }, callBy());
  const code = await codeSentTo(node.platform, to);
  const results = await Promise.allSettled(
    Array.from({ length: 4 }, async (_, i) =>
      handlersOf(node).resetPassword({ challengeId, code, newPassword: `${NEW_PASSWORD} ${i}` }, callBy()),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('the code of a registration is not one of a reset', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const input = { email, password: PASSWORD, locale: 'en' } as const;
  const { challengeId } = await handlersOf(node).register(input, callBy());
  const code = await codeSentTo(node.platform, email);
  const reset = { challengeId, code, newPassword: NEW_PASSWORD };
  expect((await refusal(handlersOf(node).resetPassword(reset, callBy()))).code).toBe('CODE_REFUSED');
});

test('a changed password ends the other sessions, keeps this one, and forgets which devices were trusted', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const other = await signInBy(node, citizen.by);
  await node.database.pool.query(
    `UPDATE devices SET trusted_until = clock_timestamp() + interval '1 day' WHERE account_id = $1`,
    [citizen.accountId],
  );
  const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  await handlersOf(node).changePassword(input, callBy(citizen.actor));
  await expect(node.identity.authenticateToken(citizen.session.accessToken)).resolves.toBeDefined();
  expect((await refusal(node.identity.authenticateToken(other.accessToken))).code).toBe('UNAUTHENTICATED');
  await expect(signInBy(node, citizen.by, NEW_PASSWORD)).resolves.toBeDefined();
  const { rows } = await node.database.pool.query('SELECT FROM devices WHERE trusted_until IS NOT NULL');
  expect(rows).toEqual([]);
  const told = (await messagesTo(node.platform, citizen.to)).at(-1);
  expect(told).toMatchObject({ template: 'passwordChanged', accountId: citizen.accountId });
});

test('the current password is needed, and guessing it is limited', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const codes: string[] = [];
  for (let i = 0; i < 11; i++) {
    const guess = { currentPassword: `guess number ${i}`, newPassword: NEW_PASSWORD };
    codes.push((await refusal(handlersOf(node).changePassword(guess, callBy(actor)))).code);
  }
  expect(codes).toEqual([...Array<string>(10).fill('WRONG_PASSWORD'), 'RATE_LIMITED']);
});

test('the same password again is no change, and is refused by its field', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const input = { currentPassword: PASSWORD, newPassword: PASSWORD };
  const error = await refusal(handlersOf(node).changePassword(input, callBy(actor)));
  expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'newPassword' }] });
});

test('of two changes at once only one knew the password', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const results = await Promise.allSettled(
    ['one', 'two'].map(async (name) =>
      handlersOf(node).changePassword(
        { currentPassword: PASSWORD, newPassword: `${NEW_PASSWORD} ${name}` },
        callBy(actor),
      ),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
