import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';

const PASSWORD = 'nywila ndefu ya siri';

async function setRole(hub: TestHub, by: { token: string }, input: object) {
  return (await hub.http('identity.setRole', input, by)).body;
}

test('an account made without a password is its owner’s alone: they choose one by the code, once', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { email } = newPerson();
  const made = ok((await hub.http('identity.createAccount', { email, role: 'regulator' }, admin)).body);
  const signIn = async (password: string) => (await hub.http('identity.login', { email, password })).status;
  expect(await signIn(PASSWORD)).toBe(401);
  const sent = await messagesTo(hub.platform, email);
  expect(sent.map(({ template }) => template)).toEqual(['invitation']);
  const [challengeId, code] = (sent[0]?.data.code ?? '').split('.');
  const accept = async (given: object) =>
    (await hub.http('identity.acceptInvitation', { challengeId, code, newPassword: PASSWORD, ...given }))
      .body;
  const wrong = code === '000000' ? '000001' : '000000';
  expect(refused(await accept({ code: wrong })).code).toBe('CODE_REFUSED');
  expect(refused(await accept({ newPassword: 'short' })).details?.[0]?.path).toBe('newPassword');
  expect(ok(await accept({}))).toEqual({ accountId: made.id, email });
  expect(refused(await accept({ newPassword: 'another long password' })).code).toBe('CODE_REFUSED');
  expect((await hub.signIn(email, PASSWORD)).account).toMatchObject({ id: made.id, role: 'regulator' });
});

test('another role ends every session of the account and what was granted to it', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const admin = await one.admin();
  const support = await one.account('support');
  const accountId = support.account.id;
  const grant = { accountId, procedure: 'operators.list' };
  ok((await one.http('identity.grantPermission', grant, admin)).body);
  const socket = await two.connect({ token: support.token });
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  expect(ok(await setRole(one, admin, { accountId, role: 'regulator' })).role).toBe('regulator');
  await gone;
  expect((await two.http('identity.me', {}, support)).status).toBe(401);
  const again = await two.signIn(support.email, support.password);
  expect(again.account.role).toBe('regulator');
  // The same once more changes nothing and ends nothing.
  ok(await setRole(one, admin, { accountId, role: 'regulator' }));
  expect((await two.http('identity.me', {}, again)).status).toBe(200);
  const { rows } = await one.database.pool.query(
    `SELECT details FROM audit_log WHERE action = 'account.role-set' AND subject = $1`,
    [accountId],
  );
  expect(rows.map(({ details }) => details)).toEqual([
    { from: 'support', to: 'regulator', operatorId: null },
  ]);
  const kept = await one.database.pool.query('SELECT FROM account_permissions WHERE account_id = $1', [
    accountId,
  ]);
  expect(kept.rowCount).toBe(0);
});

test('an operator’s staff is made by its role; an account serves one operator in its life', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  const other = await hub.operatorKey();
  const { account } = await hub.account('citizen');
  const accountId = account.id;
  const lone = refused(await setRole(hub, admin, { accountId, role: 'support', operatorId }));
  expect([lone.code, lone.details?.[0]?.path]).toEqual(['INVALID_INPUT', 'operatorId']);
  const none = await setRole(hub, admin, { accountId, role: 'operator', operatorId: 'op_none' });
  expect(refused(none).code).toBe('NOT_FOUND');
  expect(ok(await setRole(hub, admin, { accountId, role: 'operator', operatorId })).operatorId).toBe(
    operatorId,
  );
  expect(ok(await setRole(hub, admin, { accountId, role: 'citizen' })).operatorId).toBeNull();
  const elsewhere = { accountId, role: 'operator', operatorId: other.operatorId };
  expect(refused(await setRole(hub, admin, elsewhere))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'operatorId' }],
  });
  ok(await setRole(hub, admin, { accountId, role: 'operator', operatorId }));
});

test('who sets roles: administrators, never their own, and it is granted to nobody', async () => {
  await using hub = await startTestHub();
  const admin = await hub.admin();
  const regulator = await hub.account('regulator');
  const input = { accountId: regulator.account.id, role: 'admin' };
  expect((await hub.http('identity.setRole', input)).status).toBe(401);
  expect(refused(await setRole(hub, regulator, input)).code).toBe('FORBIDDEN');
  const own = { accountId: admin.account.id, role: 'regulator' };
  expect(refused(await setRole(hub, admin, own))).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'accountId' }],
  });
  expect(refused(await setRole(hub, admin, { ...input, accountId: 'acc_none' }))).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'accountId' }],
  });
  expect(refused(await setRole(hub, admin, { ...input, role: 'king' })).details?.[0]?.path).toBe('role');
  const grant = { procedure: 'identity.setRole', role: 'support' };
  expect(refused((await hub.http('identity.grantPermission', grant, admin)).body).code).toBe('INVALID_INPUT');
});

test('of two administrators who take the role from each other at once one stays', async () => {
  await using hub = await startTestHub();
  const [one, two] = [await hub.account('admin'), await hub.account('admin')];
  const answers = await Promise.all([
    setRole(hub, one, { accountId: two.account.id, role: 'support' }),
    setRole(hub, two, { accountId: one.account.id, role: 'support' }),
  ]);
  expect(answers.filter((ack) => ack.ok)).toHaveLength(1);
});
