import { readConfig } from '@kinga/server/config.ts';
import { newSecrets } from '@kinga/server/platform/crypto/secrets.ts';
import { expect, test } from 'vitest';
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
import { PASSWORD, signIn, startIdentity, startIdentityNode } from './support.ts';

const SIMULATED = { env: { NATIONAL_ID_PROVIDER: 'simulator' } };
const born = { name: 'Wanjiku wa Kamau', dateOfBirth: '1990-05-17' };

test('a phone the administrator entered is proved by its code: the level is reached, and it signs in', async () => {
  await using node = await startIdentity();
  const person = newPerson();
  const input = {
    email: person.email,
    password: PASSWORD,
    role: 'bettor',
    identifiers: [person.byPhone],
  } as const;
  await node.identity.createAccount({ ...input, identifiers: [person.byPhone] }, { actor: 'system' });
  expect((await refusal(signInBy(node, { phone: person.phone }))).code).toBe('UNAUTHENTICATED');
  const { accessToken } = await signInBy(node, { email: person.email });
  const actor = await node.identity.authenticateToken(accessToken);
  const request = { purpose: 'contact', type: 'phone', value: person.phone } as const;
  const proof = await codeFor(node, actor, request);
  const verified = await handlersOf(node).verifyContact(proof, callBy(actor));
  const { verifiedAt } = await handlersOf(node).profile({}, callBy(actor));
  expect(verifiedAt).toEqual({ phone: verified.verifiedAt, email: null, nationalId: null });
  await expect(signInBy(node, { phone: person.phone })).resolves.toMatchObject({
    account: { id: actor.accountId },
  });
});

test('only a contact of the account can be proved as such; another one has to be added', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const { phone } = newPerson();
  const ask = (purpose: 'contact' | 'identifier') =>
    handlersOf(node).requestCode({ purpose, contact: { type: 'phone', value: phone } }, callBy(actor));
  expect(await refusal(ask('contact'))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'contact.value' }],
  });
  const { challengeId } = await ask('identifier');
  const answer = { challengeId, code: await codeSentTo(node.platform, phone) };
  expect((await refusal(handlersOf(node).verifyContact(answer, callBy(actor)))).code).toBe('CODE_REFUSED');
  expect(
    (await refusal(handlersOf(node).addFactor({ ...answer, password: PASSWORD }, callBy(actor)))).code,
  ).toBe('CODE_REFUSED');
  await expect(
    handlersOf(node).addIdentifier({ ...answer, password: PASSWORD }, callBy(actor)),
  ).resolves.toBeDefined();
  const malformed = handlersOf(node).requestCode(
    { purpose: 'identifier', contact: { type: 'phone', value: '0712' } },
    callBy(actor),
  );
  expect((await refusal(malformed)).details).toMatchObject([{ path: 'contact.value' }]);
});

test('a proved phone becomes an identifier, told to the register; its owner sees it whole and masked', async () => {
  const listening = listeningRegister();
  await using node = await startIdentity({ register: listening.register });
  const { actor, accountId, to } = await newCitizen(node);
  const { phone } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  const added = await handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor));
  expect(added).toEqual({
    type: 'phone',
    value: phone,
    masked: `+254•••${phone.slice(-3)}`,
    verifiedAt: expect.any(String),
    signsIn: true,
  });
  const { items } = await handlersOf(node).identifiers({}, callBy(actor));
  expect(items.map(({ type, signsIn }) => [type, signsIn])).toEqual([
    ['email', true],
    ['phone', true],
  ]);
  expect(items[0]?.masked).toBe(`m•••@${to.split('@')[1]}`);
  expect(listening.heard.at(-1)).toEqual({ known: ['email'], added: ['phone'] });
  expect(listening.told()).toBe(2);
  const { db, crypto } = node.platform;
  expect(await node.identity.accountsOfKeys(db, [crypto.identifierKey('phone', phone)])).toEqual([accountId]);
});

test('a phone that somebody signs in with stays theirs to sign in with, and may be shared', async () => {
  await using node = await startIdentity();
  const { phone } = newPerson();
  const owner = await newCitizen(node, { phone });
  const other = await newCitizen(node);
  const proof = await codeFor(node, other.actor, { purpose: 'identifier', type: 'phone', value: phone });
  const added = await handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(other.actor));
  expect(added).toMatchObject({ signsIn: false });
  await expect(signInBy(node, { phone })).resolves.toMatchObject({ account: { id: owner.accountId } });
});

test('of many answers with one code at once exactly one adds the identifier', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const { email } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'email', value: email });
  const results = await Promise.allSettled(
    Array.from({ length: 6 }, async () =>
      handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor)),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await handlersOf(node).identifiers({}, callBy(actor))).items).toHaveLength(2);
});

test('a code is for whoever asked for it: a stranger can neither use it up nor lock it', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const stranger = await newCitizen(node);
  const { phone } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  for (const code of [proof.code, ...Array<string>(3).fill(wrongCode(proof.code))]) {
    const answer = handlersOf(node).addIdentifier(
      { ...proof, code, password: PASSWORD },
      callBy(stranger.actor),
    );
    expect((await refusal(answer)).code).toBe('CODE_REFUSED');
  }
  await expect(
    handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor)),
  ).resolves.toBeDefined();
});

test('wrong codes are limited for the address that sends them', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const call = callBy(actor, { address: '203.0.113.77' });
  const guess = () =>
    refusal(handlersOf(node).addIdentifier({ challengeId: 'chl_none', code: '123456' }, call));
  const codes: string[] = [];
  for (let i = 0; i < 11; i++) codes.push((await guess()).code);
  expect(codes.slice(0, 10)).toEqual(Array<string>(10).fill('CODE_REFUSED'));
  expect(codes[10]).toBe('RATE_LIMITED');
});

test('what one signs in with can be removed as long as something is left to sign in with', async () => {
  await using node = await startIdentity();
  const { actor, by, to } = await newCitizen(node);
  const remove = (type: 'phone' | 'email', value: string) =>
    handlersOf(node).removeIdentifier({ type, value, password: PASSWORD }, callBy(actor));
  expect(await refusal(remove('email', to))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'value' }],
  });
  const { phone } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  await handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor));
  await remove('email', to);
  expect((await refusal(signInBy(node, by))).code).toBe('UNAUTHENTICATED');
  await expect(signInBy(node, { phone })).resolves.toMatchObject({ account: { email: null } });
  expect(await refusal(remove('phone', phone))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'value' }],
  });
  expect(await refusal(remove('email', to))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'value' }],
  });
});

test('a new e-mail address takes the place of the old one when that is removed', async () => {
  await using node = await startIdentity();
  const { actor, by, to } = await newCitizen(node);
  const { email } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'email', value: email });
  expect(await handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor))).toMatchObject(
    { signsIn: false },
  );
  await handlersOf(node).removeIdentifier({ type: 'email', value: to, password: PASSWORD }, callBy(actor));
  expect((await refusal(signInBy(node, by))).code).toBe('UNAUTHENTICATED');
  await expect(signInBy(node, { email })).resolves.toMatchObject({ account: { email } });
});

test('who removes both ways to sign in at once keeps one', async () => {
  await using node = await startIdentity();
  const { actor, to } = await newCitizen(node);
  const { phone } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  await handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor));
  const results = await Promise.allSettled([
    handlersOf(node).removeIdentifier({ type: 'phone', value: phone, password: PASSWORD }, callBy(actor)),
    handlersOf(node).removeIdentifier({ type: 'email', value: to, password: PASSWORD }, callBy(actor)),
  ]);
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await handlersOf(node).identifiers({}, callBy(actor))).items).toHaveLength(1);
});

test('who is excluded cannot shed what they are known by', async () => {
  await using node = await startIdentity({ register: listeningRegister({ excluded: true }).register });
  const { actor } = await newCitizen(node);
  const { phone } = newPerson();
  const proof = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  await handlersOf(node).addIdentifier({ ...proof, password: PASSWORD }, callBy(actor));
  const removal = handlersOf(node).removeIdentifier(
    { type: 'phone', value: phone, password: PASSWORD },
    callBy(actor),
  );
  expect((await refusal(removal)).code).toBe('IDENTIFIER_BOUND');
  expect((await handlersOf(node).identifiers({}, callBy(actor))).items).toHaveLength(2);
});

test('a national ID that the registry confirms is proved, with its name and date of birth', async () => {
  const listening = listeningRegister();
  await using node = await startIdentity({ ...SIMULATED, register: listening.register });
  const { actor } = await newCitizen(node);
  const call = callBy(actor);
  const { verifyNationalId, profile, updateProfile, removeIdentifier } = handlersOf(node);
  const { verifiedAt } = await verifyNationalId({ nationalId: '23 456 781', ...born }, call);
  expect(await profile({}, call)).toMatchObject({ ...born, verifiedAt: { nationalId: verifiedAt } });
  expect(listening.heard.at(-1)).toEqual({ known: ['email'], added: ['nationalId'] });
  // Proved again nothing changes; another one is another person's; what is proved stays.
  expect(await verifyNationalId({ nationalId: '23456781', ...born }, call)).toEqual({ verifiedAt });
  expect(await refusal(verifyNationalId({ nationalId: '23456782', ...born }, call))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'nationalId' }],
  });
  expect((await refusal(updateProfile({ name: 'Somebody Else' }, call))).details).toMatchObject([
    { path: 'name' },
  ]);
  await expect(updateProfile({ name: born.name, locale: 'sw' }, call)).resolves.toMatchObject({
    locale: 'sw',
  });
  const asPhone = { type: 'phone', value: '23456781' } as const;
  expect((await refusal(removeIdentifier(asPhone, call))).code).toBe('INVALID_INPUT');
});

test('what the registry does not confirm is refused without a reason, and five times an hour at most', async () => {
  await using node = await startIdentity(SIMULATED);
  const { actor } = await newCitizen(node);
  const verify = (nationalId: string) =>
    refusal(handlersOf(node).verifyNationalId({ nationalId, ...born }, callBy(actor)));
  const answers = [await verify('23456780'), await verify('23456787'), await verify('23456788')];
  expect(answers.map(({ code }) => code)).toEqual(Array<string>(3).fill('IDENTITY_NOT_CONFIRMED'));
  expect(new Set(answers.map(({ message }) => message)).size).toBe(1);
  await verify('33456780');
  await verify('43456780');
  expect((await verify('23456781')).code).toBe('RATE_LIMITED');
  expect((await handlersOf(node).identifiers({}, callBy(actor))).items).toHaveLength(1);
});

test('an outage of the registry proves nothing, leaves nothing behind, and is nobody’s wrong attempt', async () => {
  const listening = listeningRegister();
  await using node = await startIdentity({ ...SIMULATED, register: listening.register });
  const { actor } = await newCitizen(node);
  const call = callBy(actor);
  const before = listening.heard.length;
  for (let i = 0; i < 7; i++) {
    const outage = handlersOf(node).verifyNationalId({ nationalId: '23456789', ...born }, call);
    expect((await refusal(outage)).code).toBe('UNAVAILABLE');
  }
  expect(await handlersOf(node).profile({}, call)).toMatchObject({
    name: null,
    dateOfBirth: null,
    verifiedAt: { nationalId: null },
  });
  expect((await handlersOf(node).identifiers({}, call)).items).toHaveLength(1);
  expect(listening.heard).toHaveLength(before);
  await expect(
    handlersOf(node).verifyNationalId({ nationalId: '23456781', ...born }, call),
  ).resolves.toBeDefined();
});

test('a simulated registry has to be asked for by name, except in demo mode', () => {
  expect(readConfig({}).nationalIdProvider).toBe('simulator');
  expect(readConfig({ DEMO: '0' }).nationalIdProvider).toBeUndefined();
  expect(readConfig({ DEMO: '0', NATIONAL_ID_PROVIDER: 'simulator' }).nationalIdProvider).toBe('simulator');
  expect(() => readConfig({ NATIONAL_ID_PROVIDER: 'anything' })).toThrow(/^NATIONAL_ID_PROVIDER: /);
});

test('outside demo mode nobody confirms a national ID until a provider is named', async () => {
  await using node = await startIdentity();
  expect(node.platform.config.nationalIdProvider).toBeUndefined();
  const { actor } = await newCitizen(node);
  const attempt = handlersOf(node).verifyNationalId({ nationalId: '23456781', ...born }, callBy(actor));
  expect((await refusal(attempt)).code).toBe('UNAVAILABLE');
  const malformed = handlersOf(node).verifyNationalId({ nationalId: 'x', ...born }, callBy(actor));
  expect((await refusal(malformed)).details).toMatchObject([{ path: 'nationalId' }]);
});

test('a national ID is proved once, also when asked for on two nodes at once', async () => {
  await using database = await createTestDatabase();
  const secrets = newSecrets();
  await using one = await startIdentityNode(database, { secrets, ...SIMULATED });
  await using two = await startIdentityNode(database, { secrets, ...SIMULATED });
  const { actor } = await signIn(one.identity, 'citizen');
  const results = await Promise.allSettled(
    [one, two].map(async (node, i) =>
      handlersOf(node).verifyNationalId({ nationalId: `2345678${i + 1}`, ...born }, callBy(actor)),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const { items } = await handlersOf(one).identifiers({}, callBy(actor));
  expect(items.filter(({ type }) => type === 'nationalId')).toHaveLength(1);
});

test('a code says where it is entered, if that needs nothing but the code', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const { challengeId } = await register(node, { email });
  const pageSent = async (to: string) => (await messagesTo(node.platform, to)).at(-1)?.data.page;
  expect(await pageSent(email)).toBe(`sign-up/${challengeId}`);
  const citizen = await newCitizen(node);
  const reset = await handlersOf(node).requestPasswordReset({ email: citizen.to }, callBy());
  expect(await pageSent(citizen.to)).toBe(`forgot/${reset.challengeId}`);
  const added = newPerson().email;
  await codeFor(node, citizen.actor, { purpose: 'identifier', type: 'email', value: added });
  expect(await pageSent(added)).toBeUndefined();
});
