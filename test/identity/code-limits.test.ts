import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { codeFor, handlersOf, newCitizen, signInBy } from './registration-support.ts';
import { PASSWORD, startIdentity } from './support.ts';

test('a stranger who uses up the codes of a phone does not keep its owner from signing in', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { phone } = newPerson();
  const given = await codeFor(node, citizen.actor, { purpose: 'factor', type: 'phone', value: phone });
  const { id: factor } = await handlersOf(node).addFactor(
    { ...given, password: PASSWORD },
    callBy(citizen.actor),
  );
  const stranger = callBy(undefined, { address: '203.0.113.9' });
  const ask = () => handlersOf(node).requestPasswordReset({ phone }, stranger);
  for (let i = 0; i < 5; i++) await ask();
  expect((await refusal(ask())).code).toBe('RATE_LIMITED');
  const required = await refusal(signInBy(node, citizen.by));
  const challengeId = required.details?.find(({ path }) => path === 'challengeId')?.message ?? '';
  await handlersOf(node).sendLoginCode({ challengeId, factor }, callBy());
  const code = await codeSentTo(node.platform, phone);
  await expect(
    handlersOf(node).completeLogin({ challengeId, factor, code }, callBy()),
  ).resolves.toBeDefined();
});

test('a stranger who asks five times for somebody’s codes keeps them neither from a reset nor from an account', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { email } = newPerson();
  const { requestPasswordReset, register, resetPassword, verifyContact } = handlersOf(node);
  const stranger = callBy(undefined, { address: '203.0.113.9' });
  const owner = callBy(undefined, { address: '198.51.100.7' });
  const account = { email, password: PASSWORD, locale: 'en' as const };
  const reset = await requestPasswordReset({ email: citizen.to }, owner);
  const resetCode = await codeSentTo(node.platform, citizen.to);
  const registered = await register(account, owner);
  const code = await codeSentTo(node.platform, email);
  let other = reset;
  for (let i = 0; i < 5; i++) {
    other = await requestPasswordReset({ email: citizen.to }, stranger);
    await register({ ...account, password: 'of a stranger' }, stranger);
  }
  expect((await refusal(requestPasswordReset({ email: citizen.to }, stranger))).code).toBe('RATE_LIMITED');
  expect((await refusal(register(account, stranger))).code).toBe('RATE_LIMITED');
  // What the owner was sent before is good still, and they may ask again.
  const answer = { challengeId: reset.challengeId, code: resetCode, newPassword: 'nywila mpya kabisa' };
  const otherCode = await codeSentTo(node.platform, citizen.to);
  await expect(resetPassword(answer, owner)).resolves.toEqual({});
  // Once one has served, no other that was under way sets the password again.
  const late = { ...answer, challengeId: other.challengeId, code: otherCode };
  expect((await refusal(resetPassword(late, stranger))).code).toBe('CODE_REFUSED');
  await expect(requestPasswordReset({ email: citizen.to }, owner)).resolves.toBeDefined();
  await expect(verifyContact({ challengeId: registered.challengeId, code }, owner)).resolves.toBeDefined();
  await expect(signInBy(node, { email })).resolves.toBeDefined();
});

test('however many ask, a contact is sent twenty codes an hour', async () => {
  await using node = await startIdentity();
  const { email } = newPerson();
  const ask = (i: number) =>
    handlersOf(node).requestPasswordReset({ email }, callBy(undefined, { address: `203.0.113.${i}` }));
  for (let i = 0; i < 20; i++) await ask(i);
  expect((await refusal(ask(20))).code).toBe('RATE_LIMITED');
});

test('strangers who use up the codes of an address do not keep the people behind it from theirs', async () => {
  await using node = await startIdentity();
  const address = '203.0.113.9';
  const citizen = await newCitizen(node);
  const { requestPasswordReset, requestCode } = handlersOf(node);
  const reset = () => requestPasswordReset({ email: newPerson().email }, callBy(undefined, { address }));
  await Promise.all(Array.from({ length: 50 }, reset));
  expect((await refusal(reset())).code).toBe('RATE_LIMITED');
  const contact = { type: 'phone' as const, value: newPerson().phone };
  const own = requestCode({ purpose: 'identifier', contact }, callBy(citizen.actor, { address }));
  await expect(own).resolves.toBeDefined();
});

test('codes to a factor are bounded too, however many sign-ins ask for them', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { phone } = newPerson();
  const given = await codeFor(node, citizen.actor, { purpose: 'factor', type: 'phone', value: phone });
  const { id: factor } = await handlersOf(node).addFactor(
    { ...given, password: PASSWORD },
    callBy(citizen.actor),
  );
  const ask = async () => {
    const required = await refusal(signInBy(node, citizen.by));
    const challengeId = required.details?.find(({ path }) => path === 'challengeId')?.message ?? '';
    return handlersOf(node).sendLoginCode({ challengeId, factor }, callBy());
  };
  for (let i = 0; i < 5; i++) await ask();
  expect((await refusal(ask())).code).toBe('RATE_LIMITED');
});
