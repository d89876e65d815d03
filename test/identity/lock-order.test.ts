import { URI } from 'otpauth';
import { expect, test } from 'vitest';
import { callBy } from '../support/call.ts';
import { ok } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';
import { areWaiting } from '../support/locks.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { codeFor, handlersOf, newCitizen } from './registration-support.ts';
import { type IdentityNode, PASSWORD, signIn, startIdentity } from './support.ts';

type Node = Awaited<ReturnType<typeof startIdentity>>;
type Citizen = Awaited<ReturnType<typeof newCitizen>>;

const DEVICE = { id: 'a-random-device-id-0123456789', name: 'Simu' };
/** What belongs to an account, as whoever changes all of it takes it: after the account itself. */
const BELONGINGS = ['devices', 'second_factors', 'challenges', 'sessions'];

async function oneWaits(node: Pick<Node, 'database'>): Promise<void> {
  await probe(() => areWaiting(node.database, 1));
}

/** While somebody else holds the account, the work has to wait for them and may have none of its belongings. */
async function waitsWithEmptyHands(node: Node, accountId: string, work: () => Promise<unknown>) {
  const other = await node.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
    const done = work();
    await oneWaits(node);
    // Waited for any longer, PostgreSQL would find the two in a deadlock and end one of them.
    await other.query(`SET LOCAL lock_timeout = '200ms'`);
    for (const table of BELONGINGS) {
      await other.query(`SELECT FROM ${table} WHERE account_id = $1 FOR UPDATE`, [accountId]);
    }
    await other.query('COMMIT');
    await done;
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
}

/** Signed in on a device that says which one it is. */
async function onDevice(node: IdentityNode, { to }: Citizen) {
  const input = { email: to, password: PASSWORD, device: DEVICE };
  const { accessToken } = await handlersOf(node).login(input, callBy());
  const call = callBy(await node.identity.authenticateToken(accessToken));
  const { items } = await handlersOf(node).listDevices({}, call);
  return { call, deviceId: items.find(({ current }) => current)?.id ?? '' };
}

const WORKS: Record<string, (node: Node, citizen: Citizen) => Promise<() => Promise<unknown>>> = {
  async 'trusting a device'(node, citizen) {
    const { call, deviceId } = await onDevice(node, citizen);
    return async () => handlersOf(node).trustDevice({ deviceId }, call);
  },
  async 'forgetting a device'(node, citizen) {
    const { call, deviceId } = await onDevice(node, citizen);
    return async () => handlersOf(node).forgetDevice({ deviceId }, call);
  },
  async 'adding an authenticator app'(node, { actor }) {
    const { url } = await handlersOf(node).startTotp({}, callBy(actor));
    const input = { code: URI.parse(url).generate(), password: PASSWORD };
    return async () => handlersOf(node).confirmTotp(input, callBy(actor));
  },
  async 'removing a second factor'(node, { actor }) {
    const { phone } = newPerson();
    const given = await codeFor(node, actor, { purpose: 'factor', type: 'phone', value: phone });
    const { addFactor, challengeFactor, removeFactor } = handlersOf(node);
    const { id } = await addFactor({ ...given, password: PASSWORD }, callBy(actor));
    const { challengeId } = await challengeFactor({ factor: id }, callBy(actor));
    const proof = { challengeId, factor: id, code: await codeSentTo(node.platform, phone) };
    return async () => removeFactor({ factorId: id, ...proof }, callBy(actor));
  },
  async 'a new password by a code'(node, { to }) {
    const { challengeId } = await handlersOf(node).requestPasswordReset({ email: to }, callBy());
    const code = await codeSentTo(node.platform, to);
    const newPassword = 'nywila mpya kabisa';
    return async () => handlersOf(node).resetPassword({ challengeId, code, newPassword }, callBy());
  },
  async 'proving a contact again'(node, { actor, to }) {
    const given = await codeFor(node, actor, { purpose: 'contact', type: 'email', value: to });
    return async () => handlersOf(node).verifyContact(given, callBy(actor));
  },
};

test.each(Object.entries(WORKS))(
  '%s waits for the account before it takes what belongs to it',
  async (_, prepare) => {
    await using node = await startIdentity();
    const citizen = await newCitizen(node);
    await waitsWithEmptyHands(node, citizen.accountId, await prepare(node, citizen));
  },
);

test('who suspends somebody takes both accounts in one order, whichever of the two they are', async () => {
  await using node = await startIdentity();
  const admins = [await signIn(node.identity, 'admin'), await signIn(node.identity, 'admin')];
  admins.sort((a, b) => (a.account.id < b.account.id ? -1 : 1));
  const [first, second] = [admins[0]!, admins[1]!];
  const other = await node.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [first.account.id]);
    const input = { accountId: first.account.id, reason: 'Shared login' };
    const done = (async () => handlersOf(node).suspendAccount(input, callBy(second.actor)))();
    await oneWaits(node);
    await other.query(`SET LOCAL lock_timeout = '200ms'`);
    await other.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [second.account.id]);
    await other.query('COMMIT');
    expect((await done).suspendedAt).not.toBeNull();
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
});

test('who ends all sessions has every row of them before the lock of revocations', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  await signInAgain(node, citizen);
  const other = await node.database.pool.connect();
  try {
    const { rows } = await node.database.pool.query<{ id: string }>(
      'SELECT id FROM sessions ORDER BY id DESC LIMIT 1',
    );
    await other.query('BEGIN');
    await other.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [rows[0]?.id]);
    const admin = await signIn(node.identity, 'admin');
    const input = { accountId: citizen.accountId };
    const done = (async () => handlersOf(node).revokeSessionsOf(input, callBy(admin.actor)))();
    await oneWaits(node);
    const held = await node.database.pool.query(
      `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
       WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted`,
    );
    expect(held.rowCount).toBe(0);
    await other.query('COMMIT');
    expect(await done).toEqual({ revoked: 2 });
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
});

test('an invitation is taken back in the order in which it is accepted', async () => {
  await using hub = await startTestHub();
  const { operatorId } = await hub.operatorKey();
  const admin = await hub.admin();
  const input = { operatorId, email: newPerson().email };
  const { id } = ok((await hub.http('operators.inviteStaff', input, admin)).body);
  const other = await hub.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT FROM challenges WHERE id = $1 FOR UPDATE', [id]);
    const removed = hub.http('operators.removeStaff', { operatorId, id }, admin);
    await oneWaits(hub);
    await other.query(`SET LOCAL lock_timeout = '200ms'`);
    await other.query('SELECT FROM staff_invitations WHERE id = $1 FOR UPDATE', [id]);
    await other.query('COMMIT');
    ok((await removed).body);
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
});

async function signInAgain(node: IdentityNode, { to }: Citizen): Promise<void> {
  await handlersOf(node).login({ email: to, password: PASSWORD }, callBy());
}
