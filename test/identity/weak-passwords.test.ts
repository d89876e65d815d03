import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { codeFor, handlersOf, newCitizen, register, signInBy } from './registration-support.ts';
import { PASSWORD, startIdentity } from './support.ts';

const NEW_PASSWORD = 'nywila mpya kabisa';
/** As whoever tries them would: in any case. */
const COMMON = ['1234567890', 'qwertyuiop', 'Password123', 'MANCHESTER'];

const refusedAt = (path: string) => ({ code: 'INVALID_INPUT', details: [{ path }] });

test('nobody registers with one of the commonest passwords, nor with what they register by', async () => {
  await using node = await startIdentity();
  const { email, phone } = newPerson();
  for (const password of COMMON) {
    expect(await refusal(register(node, { email }, { password }))).toMatchObject(refusedAt('password'));
  }
  const local = `0${phone.replace(/^\+?254/, '')}`;
  for (const password of [phone, local]) {
    expect(await refusal(register(node, { phone }, { password }))).toMatchObject(refusedAt('password'));
  }
  const shouted = { password: email.toUpperCase() };
  expect(await refusal(register(node, { email }, shouted))).toMatchObject(refusedAt('password'));
  expect(await messagesTo(node.platform, email)).toEqual([]);
  // Somebody else's number is as good as any other ten digits.
  await expect(register(node, { email }, { password: newPerson().phone })).resolves.toBeDefined();
});

test('a new password is held to the same, and the code stays good for another one', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { phone } = newPerson();
  const added = await codeFor(node, citizen.actor, { purpose: 'identifier', type: 'phone', value: phone });
  await handlersOf(node).addIdentifier({ ...added, password: PASSWORD }, callBy(citizen.actor));
  for (const newPassword of [...COMMON, citizen.to, phone]) {
    const change = { currentPassword: PASSWORD, newPassword };
    const error = await refusal(handlersOf(node).changePassword(change, callBy(citizen.actor)));
    expect(error).toMatchObject(refusedAt('newPassword'));
  }
  const { challengeId } = await handlersOf(node).requestPasswordReset({ email: citizen.to }, callBy());
  const code = await codeSentTo(node.platform, citizen.to);
  const reset = (newPassword: string) =>
    handlersOf(node).resetPassword({ challengeId, code, newPassword }, callBy());
  for (const newPassword of [...COMMON, citizen.to, phone]) {
    expect(await refusal(reset(newPassword))).toMatchObject(refusedAt('newPassword'));
  }
  await expect(signInBy(node, citizen.by)).resolves.toBeDefined();
  await reset(NEW_PASSWORD);
  await expect(signInBy(node, citizen.by, NEW_PASSWORD)).resolves.toBeDefined();
});

test('what the account is known by is told only to whoever has its code', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { challengeId } = await handlersOf(node).requestPasswordReset({ email: citizen.to }, callBy());
  const right = await codeSentTo(node.platform, citizen.to);
  const code = right === '000000' ? '000001' : '000000';
  const guess = { challengeId, code, newPassword: citizen.to };
  expect((await refusal(handlersOf(node).resetPassword(guess, callBy()))).code).toBe('CODE_REFUSED');
});

test('whoever is made an account, or invited to one, gets no such password either', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { email, byPhone, phone } = newPerson();
  const create = async (more: object) =>
    (await hub.http('identity.createAccount', { email, role: 'bettor', ...more }, admin)).body;
  expect(refused(await create({ password: 'qwertyuiop' }))).toMatchObject(refusedAt('password'));
  for (const password of [email, phone]) {
    const error = refused(await create({ password, identifiers: [byPhone] }));
    expect(error).toMatchObject(refusedAt('password'));
  }
  ok(await create({ identifiers: [byPhone] }));
  const [sent] = await messagesTo(hub.platform, email);
  const [challengeId, code] = (sent?.data.code ?? '').split('.');
  const accept = async (newPassword: string) =>
    (await hub.http('identity.acceptInvitation', { challengeId, code, newPassword })).body;
  for (const newPassword of ['qwertyuiop', email, phone]) {
    expect(refused(await accept(newPassword))).toMatchObject(refusedAt('newPassword'));
  }
  ok(await accept(NEW_PASSWORD));
  ok((await hub.http('identity.login', { email, password: NEW_PASSWORD })).body);
});
