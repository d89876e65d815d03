import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';

const reason = 'Wanjiru Kamau showed her ID at the counter';

/** Adds an SMS factor whose phone is no identifier of the account. */
async function withSmsFactor(hub: TestHub, { token, password }: { token: string; password: string }) {
  const { phone } = newPerson();
  const request = { purpose: 'factor', contact: { type: 'phone', value: phone } };
  const { challengeId } = ok((await hub.http('identity.requestCode', request, { token })).body);
  const code = await codeSentTo(hub.platform, phone);
  ok((await hub.http('identity.addFactor', { challengeId, code, password }, { token })).body);
  return phone;
}

test('lost second factors are reset by an administrator: sessions end, and the owner hears of it everywhere', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const { email, password, token } = bettor;
  const accountId = bettor.account.id;
  const phone = await withSmsFactor(hub, bettor);
  const login = async () => (await hub.http('identity.login', { email, password })).body;
  expect(refused(await login()).code).toBe('SECOND_FACTOR_REQUIRED');
  const admin = await hub.admin();
  const reset = await hub.http('identity.resetFactors', { accountId, reason }, admin);
  expect(ok(reset.body)).toEqual({ removed: 1, sessionsEnded: 1 });
  expect(refused((await hub.http('identity.me', {}, { token })).body).code).toBe('UNAUTHENTICATED');
  ok(await login());
  for (const to of [email, phone]) {
    expect((await messagesTo(hub.platform, to)).at(-1), to).toMatchObject({
      template: 'factorsReset',
      accountId,
    });
  }
  const { rows } = await hub.database.pool.query(
    `SELECT actor, subject, details FROM audit_log WHERE action = 'factors.reset'`,
  );
  expect(rows).toMatchObject([
    { actor: `account:${admin.account.id}`, subject: accountId, details: { removed: ['sms'] } },
  ]);
  expect(hub.platform.crypto.open(Buffer.from(rows[0].details.reason, 'base64'))).toBe(reason);
});

test('who may reset second factors: administrators, never their own, and it is granted to nobody', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const bettor = await hub.bettor();
  const support = await hub.account('support');
  const code = async (name: string, input: object, credentials: object) =>
    refused((await hub.http(name, input, credentials)).body as never).code;
  const input = { accountId: bettor.account.id, reason };
  expect(await code('identity.resetFactors', input, {})).toBe('UNAUTHENTICATED');
  for (const { token } of [bettor, support]) {
    expect(await code('identity.resetFactors', input, { token })).toBe('FORBIDDEN');
  }
  const { token } = admin;
  expect(await code('identity.resetFactors', { ...input, reason: '' }, { token })).toBe('INVALID_INPUT');
  expect(await code('identity.resetFactors', { ...input, accountId: 'acc_none' }, { token })).toBe(
    'NOT_FOUND',
  );
  const own = { ...input, accountId: admin.account.id };
  expect(await code('identity.resetFactors', own, { token })).toBe('CONFLICT');
  const grant = { procedure: 'identity.resetFactors', role: 'support' };
  expect((await hub.http('identity.grantPermission', grant, { token })).body.ok).toBe(false);
});
