import { TOTP, URI } from 'otpauth';
import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { messagesTo, wrongCode } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { codeFor, handlersOf, newCitizen, signInBy } from './registration-support.ts';
import { type IdentityNode, PASSWORD, startIdentity } from './support.ts';

const password = PASSWORD;
const templatesTo = async (node: IdentityNode, to: string) =>
  (await messagesTo(node.platform, to))
    .map(({ template }) => template)
    .filter((name) => !name.startsWith('code'));

test('a stolen session adds no contact of its own and removes none: that takes the password', async () => {
  await using node = await startIdentity();
  const { actor, by, to } = await newCitizen(node);
  const { addIdentifier, removeIdentifier, identifiers } = handlersOf(node);
  const call = callBy(actor);
  const { phone } = newPerson();
  const own = await codeFor(node, actor, { purpose: 'identifier', type: 'phone', value: phone });
  const removal = { type: 'email', value: to } as const;
  const contactProof = await codeFor(node, actor, { purpose: 'contact', ...removal });
  for (const more of [{}, { contactProof }]) {
    expect((await refusal(addIdentifier({ ...own, ...more }, call))).code).toBe('FACTOR_PROOF_REQUIRED');
    const removed = await refusal(removeIdentifier({ ...removal, ...more }, call));
    expect(removed.code).toBe('FACTOR_PROOF_REQUIRED');
  }
  const guess = { password: 'not the password' };
  expect((await refusal(addIdentifier({ ...own, ...guess }, call))).code).toBe('WRONG_PASSWORD');
  for (let i = 0; i < 9; i++) {
    const removed = await refusal(removeIdentifier({ ...removal, ...guess }, call));
    expect(removed.code).toBe('WRONG_PASSWORD');
  }
  const limited = await refusal(removeIdentifier({ ...removal, password }, call));
  expect(limited.code).toBe('RATE_LIMITED');
  expect((await identifiers({}, call)).items).toMatchObject([{ type: 'email', value: to }]);
  await expect(signInBy(node, by)).resolves.toBeDefined();
  // What was refused used no code up.
  const elsewhere = callBy(actor, { address: '203.0.113.9' });
  await expect(addIdentifier({ ...own, password }, elsewhere)).resolves.toMatchObject({ value: phone });
});

test('every other proved contact hears of one that was added or removed; that one does not', async () => {
  await using node = await startIdentity();
  const { actor, to } = await newCitizen(node);
  const { addIdentifier, removeIdentifier } = handlersOf(node);
  const { phone, email } = newPerson();
  const add = async (type: 'phone' | 'email', value: string) => {
    const given = await codeFor(node, actor, { purpose: 'identifier', type, value });
    return await addIdentifier({ ...given, password }, callBy(actor));
  };
  await add('phone', phone);
  expect(await templatesTo(node, phone)).toEqual([]);
  await add('email', email);
  expect(await templatesTo(node, phone)).toEqual(['contactAdded']);
  await removeIdentifier({ type: 'email', value: email, password }, callBy(actor));
  expect(await templatesTo(node, email)).toEqual([]);
  expect(await templatesTo(node, phone)).toEqual(['contactAdded', 'contactRemoved']);
  const atFirst = (await templatesTo(node, to)).filter((name) => name.startsWith('contact'));
  expect(atFirst).toEqual(['contactAdded', 'contactAdded', 'contactRemoved']);
});

test('a contact the account has already is proved again by its code alone, and nobody is told', async () => {
  await using node = await startIdentity();
  const { actor, to } = await newCitizen(node);
  const before = await templatesTo(node, to);
  const again = await codeFor(node, actor, { purpose: 'identifier', type: 'email', value: to });
  await expect(handlersOf(node).addIdentifier(again, callBy(actor))).resolves.toMatchObject({ value: to });
  expect(await templatesTo(node, to)).toEqual(before);
});

test('a code asked for before a contact was removed does not bring it back', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const { addIdentifier, removeIdentifier, verifyContact, identifiers } = handlersOf(node);
  const contact = { type: 'phone', value: newPerson().phone } as const;
  const given = await codeFor(node, actor, { purpose: 'identifier', ...contact });
  await addIdentifier({ ...given, password }, callBy(actor));
  const kept = await codeFor(node, actor, { purpose: 'contact', ...contact });
  await removeIdentifier({ ...contact, password }, callBy(actor));
  expect(await refusal(verifyContact(kept, callBy(actor)))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'code' }],
  });
  expect((await identifiers({}, callBy(actor))).items).toHaveLength(1);
});

test('a second factor in force proves the owner too; a wrong code of it changes nothing', async () => {
  await using node = await startIdentity();
  const { actor } = await newCitizen(node);
  const { addIdentifier, removeIdentifier, startTotp, confirmTotp, challengeFactor, identifiers } =
    handlersOf(node);
  const call = callBy(actor);
  const { factorId, url } = await startTotp({}, call);
  const totp = URI.parse(url);
  const app = (at: number) => (totp instanceof TOTP ? totp.generate({ timestamp: at }) : '');
  const { recoveryCodes } = await confirmTotp({ code: app(Date.now()), password }, call);
  const contact = { type: 'phone', value: newPerson().phone } as const;
  const given = await codeFor(node, actor, { purpose: 'identifier', ...contact });
  const { challengeId } = await challengeFactor({ factor: factorId }, call);
  const code = app(Date.now() + 30_000);
  const wrong = { challengeId, factor: factorId, code: wrongCode(code) };
  expect((await refusal(addIdentifier({ ...given, proof: wrong }, call))).code).toBe('CODE_REFUSED');
  const right = { challengeId, factor: factorId, code };
  await addIdentifier({ ...given, proof: right }, call);
  const used = await refusal(removeIdentifier({ ...contact, proof: right }, call));
  expect(used.code).toBe('CODE_REFUSED');
  expect((await identifiers({}, call)).items).toHaveLength(2);
  const other = await challengeFactor({ factor: 'recovery' }, call);
  const proof = { challengeId: other.challengeId, factor: 'recovery', code: recoveryCodes[0] ?? '' };
  await removeIdentifier({ ...contact, proof }, call);
  expect((await identifiers({}, call)).items).toHaveLength(1);
});
