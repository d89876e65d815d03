import { expect, test } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';

const PASSWORD = 'nywila ndefu ya siri';

/** What the page splits the code of an invitation into. */
async function invitationTo(hub: TestHub, email: string) {
  const sent = (await messagesTo(hub.platform, email)).filter(({ template }) => template === 'invitation');
  const [challengeId = '', code = ''] = (sent.at(-1)?.data.code ?? '').split('.');
  return { challengeId, code };
}

async function accept(hub: TestHub, email: string, newPassword = PASSWORD) {
  const invitation = await invitationTo(hub, email);
  return (await hub.http('identity.acceptInvitation', { ...invitation, newPassword })).body;
}

async function invite(hub: TestHub, by: SignedIn, email: string, more: object = {}) {
  return (await hub.http('operators.inviteStaff', { email, ...more }, by)).body;
}

async function staffOf(hub: TestHub, by: SignedIn, more: object = {}) {
  return ok((await hub.http('operators.staff', more, by)).body).items;
}

async function newStaff(hub: TestHub) {
  const { operatorId } = await hub.operatorKey();
  return { operatorId, staff: await hub.account('operator', { operatorId }) };
}

test('a colleague who is invited chooses a password by the code, once, and works for the operator', async () => {
  await using hub = await startTestHub();
  const { operatorId, staff } = await newStaff(hub);
  const { email } = newPerson();
  const invited = ok(await invite(hub, staff, email));
  expect(invited).toMatchObject({ email, state: 'invited' });
  expect(await staffOf(hub, staff)).toMatchObject([
    { id: staff.account.id, state: 'member', expiresAt: null },
    { id: invited.id, email, state: 'invited' },
  ]);
  const { accountId } = ok(await accept(hub, email));
  const colleague = await hub.signIn(email, PASSWORD);
  expect(colleague.account).toMatchObject({ id: accountId, role: 'operator', operatorId });
  expect((await staffOf(hub, colleague)).map(({ id }) => id)).toEqual([staff.account.id, accountId].sort());
  expect(refused(await accept(hub, email, 'another long password')).code).toBe('CODE_REFUSED');
  expect(refused(await invite(hub, staff, email)).details?.[0]?.path).toBe('email');
  const { items } = ok((await hub.http('operators.auditLog', {}, staff)).body);
  const actions = items.map(({ action }) => action);
  expect(actions).toContain('operator.staff-invited');
  expect(actions).toContain('invitation.accepted');
  expect(JSON.stringify(items)).not.toContain(email);
});

test('by an invitation nobody finds out whether an address has an account; its owner alone is told', async () => {
  await using hub = await startTestHub();
  const { staff } = await newStaff(hub);
  const citizen = await hub.account('citizen');
  const { email } = newPerson();
  const answers = [ok(await invite(hub, staff, citizen.email)), ok(await invite(hub, staff, email))];
  expect(answers.map(({ state }) => state)).toEqual(['invited', 'invited']);
  expect((await staffOf(hub, staff)).slice(1).map(({ state }) => state)).toEqual(['invited', 'invited']);
  const told = await messagesTo(hub.platform, citizen.email);
  expect(told.map(({ template }) => template)).toEqual(['accountExists']);
});

test('a removed colleague is out at once on every node, and what they did stays in the audit log', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const { operatorId, staff } = await newStaff(one);
  const colleague = await one.account('operator', { operatorId });
  const socket = await two.connect({ token: colleague.token });
  const gone = new Promise((resolve) => socket.once('disconnect', resolve));
  ok((await two.http('operators.updateSettings', { reportRecipients: [] }, colleague)).body);
  const removed = await one.http('operators.removeStaff', { id: colleague.account.id }, staff);
  expect(ok(removed.body)).toEqual({ sessionsEnded: 1 });
  await gone;
  for (const hub of [one, two]) expect((await hub.http('operators.staff', {}, colleague)).status).toBe(401);
  const again = await one.signIn(colleague.email, colleague.password);
  expect(again.account.operatorId).toBeNull();
  for (const name of ['operators.get', 'operators.staff', 'operators.auditLog']) {
    expect(refused((await one.http(name, { operatorId }, again)).body).code).toBe('NOT_FOUND');
  }
  const { items } = ok((await one.http('operators.auditLog', {}, staff)).body);
  const actor = `account:${colleague.account.id}`;
  expect(items.filter((item) => item.actor === actor).map(({ action }) => action)).toContain(
    'operator.settings-updated',
  );
  // After the end of their work what they do is no longer the operator's business.
  const opened = items.filter((item) => item.actor === actor && item.action === 'session.opened');
  expect(opened).toHaveLength(1);

  ok(await invite(one, staff, colleague.email));
  ok(await accept(one, colleague.email));
  expect((await one.signIn(colleague.email, PASSWORD)).account.operatorId).toBe(operatorId);
});

test('an account serves one operator in its life', async () => {
  await using hub = await startTestHub();
  const { operatorId, staff } = await newStaff(hub);
  const other = await newStaff(hub);
  const colleague = await hub.account('operator', { operatorId });
  ok((await hub.http('operators.removeStaff', { id: colleague.account.id }, staff)).body);
  ok(await invite(hub, other.staff, colleague.email));
  const told = (await messagesTo(hub.platform, colleague.email)).map(({ template }) => template);
  expect(told).toEqual(['accountExists']);
});

test('an invitation that was taken back, or sent anew, is good no more', async () => {
  await using hub = await startTestHub();
  const { staff } = await newStaff(hub);
  const { email } = newPerson();
  ok(await invite(hub, staff, email));
  const first = await invitationTo(hub, email);
  const { id } = ok(await invite(hub, staff, email));
  expect(await staffOf(hub, staff)).toHaveLength(2);
  const old = await hub.http('identity.acceptInvitation', { ...first, newPassword: PASSWORD });
  expect(refused(old.body).code).toBe('CODE_REFUSED');
  ok((await hub.http('operators.removeStaff', { id }, staff)).body);
  expect(refused(await accept(hub, email)).code).toBe('CODE_REFUSED');
  expect(await staffOf(hub, staff)).toHaveLength(1);
});

test('of two who remove each other at once one stays; nobody removes themselves', async () => {
  await using hub = await startTestHub();
  const { operatorId, staff } = await newStaff(hub);
  const colleague = await hub.account('operator', { operatorId });
  const remove = async (by: SignedIn, whom: SignedIn) =>
    (await hub.http('operators.removeStaff', { id: whom.account.id }, by)).body;
  expect(refused(await remove(staff, staff)).code).toBe('CONFLICT');
  const both = await Promise.all([remove(staff, colleague), remove(colleague, staff)]);
  expect(both.filter((ack) => ack.ok)).toHaveLength(1);
  const { rows } = await hub.database.pool.query('SELECT FROM accounts WHERE operator_id = $1', [operatorId]);
  expect(rows).toHaveLength(1);
});

test('an operator’s staff are its own: nobody else sees, invites or removes them', async () => {
  await using hub = await startTestHub();
  const { operatorId, staff } = await newStaff(hub);
  const other = await newStaff(hub);
  const applicant = await hub.account('operator');
  const { email } = newPerson();
  const invited = ok(await invite(hub, staff, email));
  for (const stranger of [other.staff, applicant]) {
    expect(refused(await invite(hub, stranger, email, { operatorId })).code).toBe('NOT_FOUND');
    for (const id of [staff.account.id, invited.id]) {
      const removed = await hub.http('operators.removeStaff', { id }, stranger);
      expect(refused(removed.body).code).toBe('NOT_FOUND');
      const named = await hub.http('operators.removeStaff', { id, operatorId }, stranger);
      expect(refused(named.body).code).toBe('NOT_FOUND');
    }
    expect(refused((await hub.http('operators.staff', { operatorId }, stranger)).body).code).toBe(
      'NOT_FOUND',
    );
  }
  const regulator = await hub.account('regulator');
  expect(await staffOf(hub, regulator, { operatorId })).toHaveLength(2);
  const bettor = await hub.bettor();
  for (const who of [regulator, bettor]) {
    expect(refused(await invite(hub, who, email, { operatorId })).code).toBe('FORBIDDEN');
  }
  for (const [name, input] of [
    ['operators.staff', {}],
    ['operators.inviteStaff', { email }],
    ['operators.removeStaff', { id: invited.id }],
  ] as const) {
    expect((await hub.http(name, input)).status).toBe(401);
  }
  const malformed = refused(await invite(hub, staff, 'not an address'));
  expect([malformed.code, malformed.details?.[0]?.path]).toEqual(['INVALID_INPUT', 'email']);
});

test('row-level security: a statement sees the invitations of its own operator only', async () => {
  await using hub = await startTestHub();
  const { operatorId, staff } = await newStaff(hub);
  const other = await newStaff(hub);
  ok(await invite(hub, staff, newPerson().email));
  ok(await invite(hub, other.staff, newPerson().email));
  const seen = await hub.platform.db.transaction(async (tx) => {
    const before = await tx.query('SELECT tenant_id FROM staff_invitations');
    await tx.query(`SELECT set_config('kinga.tenant', $1, true)`, [operatorId]);
    const after = await tx.query<{ tenant_id: string }>('SELECT tenant_id FROM staff_invitations');
    return { before: before.rowCount, after: after.rows };
  });
  expect(seen).toEqual({ before: 0, after: [{ tenant_id: operatorId }] });
});
