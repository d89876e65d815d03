import { confirmRegistration, sendExpiryNotices } from '@kinga/server/domains/exclusions/index.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { tellChangeJob } from '@kinga/workers/exclusions/tell-change.job.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ok, refused } from '../../support/client.ts';
import { probe } from '../../support/probe.ts';
import { inboxOf } from '../../workers/support.ts';
import { DAY_MS, openWorld, type Someone, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const FRIEND = { name: 'Wanjiku', email: 'Friend@Example.co.ke', phone: '0712 000 111' };
const EVERYTHING = ['registered', 'extended', 'ending', 'returnRequested', 'lifted'];

interface Sent {
  readonly channel: string;
  readonly template: string;
  readonly to: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Every message that waits, opened as the delivery would. */
async function messages(): Promise<Sent[]> {
  const { rows } = await world.pool.query<{ channel: string; template: string; content: Buffer }>(
    'SELECT channel, template, content FROM messages ORDER BY created_at, id',
  );
  return rows.map(({ channel, template, content }) => ({
    channel,
    template,
    ...(JSON.parse(world.hub.platform.crypto.open(content)) as { to: string; data: Record<string, string> }),
  }));
}

const toFriend = async () => (await messages()).filter(({ template }) => template === 'supportPerson');
const toOwn = async (me: Someone, template: string) =>
  (await messages()).filter((one) => one.template === template && one.to === me.phone);
/** What a worker does once the relay has handed it the jobs; each of them twice, as may happen. */
async function work(): Promise<void> {
  await probe(async () => (await world.pool.query('SELECT FROM outbox')).rowCount === 0);
  const { rows } = await world.pool.query<{ data: { key: string } }>(
    'SELECT data FROM agenda_jobs WHERE name = $1 ORDER BY next_run_at, id',
    [exclusionJobs.tellChange.name],
  );
  const { platform } = world.hub;
  const signal = new AbortController().signal;
  for (const { data } of [...rows, ...rows])
    await tellChangeJob.run(platform, data, { key: data.key, signal, log: platform.log });
}

const confirm = (id: string) => {
  const { db, crypto } = world.hub.platform;
  return db.transaction((tx) => confirmRegistration(tx, crypto, id));
};

it('is kept sealed in canonical form, replaced, shown to its owner alone, and removed at any time', async () => {
  const [me, other] = [await world.someone(), await world.someone('bettor')];
  const set = ok(
    await world.call('exclusions.setSupportPerson', { ...FRIEND, tellOn: ['lifted'] }, me.token),
  );
  expect(set).toEqual({
    name: 'Wanjiku',
    email: 'friend@example.co.ke',
    phone: '+254712000111',
    locale: 'en',
    tellOn: ['lifted'],
  });
  expect(ok(await world.call('exclusions.getSupportPerson', {}, me.token))).toEqual({ supportPerson: set });
  expect(ok(await world.call('exclusions.getSupportPerson', {}, other.token)).supportPerson).toBeNull();
  const { rows } = await world.pool.query<{ text: string }>(
    `SELECT encode(contact, 'escape') AS text FROM support_persons`,
  );
  expect(rows[0]?.text).not.toContain('Wanjiku');
  const audited = await world.pool.query(
    `SELECT 1 FROM audit_log WHERE details::text ILIKE '%friend%' OR details::text ILIKE '%Wanjiku%'`,
  );
  expect(audited.rowCount).toBe(0);
  expect(ok(await world.call('exclusions.removeSupportPerson', {}, me.token))).toEqual({ removed: true });
  expect(ok(await world.call('exclusions.removeSupportPerson', {}, me.token))).toEqual({ removed: false });
});

it('needs an address, and every malformed field is named without being repeated', async () => {
  const { token } = await world.someone();
  const input = { name: 'Wanjiku', tellOn: ['lifted'] };
  const paths = async (more: object) => {
    const error = refused(await world.call('exclusions.setSupportPerson', { ...input, ...more }, token));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).not.toContain('nonsense');
    return error.details?.map(({ path }) => path);
  };
  expect(await paths({})).toEqual(['email']);
  expect(await paths({ email: 'nonsense', phone: 'nonsense' })).toEqual(['email', 'phone']);
  expect(await paths({ email: FRIEND.email, tellOn: ['lifted', 'lifted'] })).toEqual(['tellOn']);
  const { body } = await world.hub.http('exclusions.getSupportPerson');
  expect(refused(body).code).toBe('UNAUTHENTICATED');
  expect(refused(await world.call('exclusions.getSupportPerson', {}, world.admin.token)).code).toBe(
    'FORBIDDEN',
  );
});

it('is told of what the person wants, in words that say nothing about betting or amounts', async () => {
  const me = await world.someone();
  ok(await world.call('exclusions.setSupportPerson', { ...FRIEND, tellOn: EVERYTHING }, me.token));
  const { id } = await world.register(me, '30d');
  await confirm(id);
  ok(await world.call('exclusions.extend', { id, period: '6mo' }, me.token));
  await world.passTime(id, 200 * DAY_MS);
  ok(await world.call('exclusions.requestReturn', { id }, me.token));
  await world.passTime(id, 8 * DAY_MS);
  ok(await world.call('exclusions.confirmReturn', { id }, me.token));
  await work();
  expect(await toOwn(me, 'exclusionReturnRequested')).toHaveLength(1);
  expect(await toOwn(me, 'exclusionLifted')).toHaveLength(1);
  const told = await toFriend();
  expect(told.map(({ channel, to }) => `${channel} ${to}`).slice(0, 2)).toEqual([
    'email friend@example.co.ke',
    'sms +254712000111',
  ]);
  expect(told.filter(({ channel }) => channel === 'sms').map(({ data }) => data.news)).toEqual([
    'they have begun a break that protects them',
    'they have made their break longer',
    'they have asked to end their break',
    'their break has ended',
  ]);
  expect(JSON.stringify(told)).not.toMatch(/bet|gambl|operator|KES|exclu/i);

  ok(await world.call('exclusions.setSupportPerson', { ...FRIEND, tellOn: ['lifted'] }, me.token));
  await world.register(me, '24h').then((again) => confirm(again.id));
  await work();
  expect(await toFriend(), 'not of what they do not want').toHaveLength(told.length);
});

it('the person is told by message of the beginning, of an end that nears, and that they stay protected', async () => {
  const me = await world.someone();
  const { id, reference } = await world.register(me, '6mo');
  await confirm(id);
  expect(await toOwn(me, 'exclusionRegistered')).toMatchObject([{ channel: 'sms', data: { reference } }]);
  const notices = () => sendExpiryNotices(world.hub.platform);
  await world.passTime(id, 176 * DAY_MS);
  await Promise.all([notices(), notices()]);
  await notices();
  expect(await toOwn(me, 'exclusionEnding')).toHaveLength(1);
  await world.passTime(id, 10 * DAY_MS);
  await notices();
  await notices();
  expect(await toOwn(me, 'exclusionStays')).toHaveLength(1);
  const types = (await inboxOf(world.hub.platform.db, me.signedIn.account.id)).map(({ type }) => type);
  expect(types).toEqual(['exclusionRegistered', 'exclusionEnding', 'exclusionStays']);
});

it('of a renewing one nobody announces an end, and an extended one is announced anew', async () => {
  const me = await world.someone();
  const { id } = await world.register(me, '30d');
  await world.passTime(id, 24 * DAY_MS);
  const days = async () =>
    (await inboxOf(world.hub.platform.db, me.signedIn.account.id)).flatMap(({ type, data }) =>
      type === 'exclusionEnding' ? [(data as { daysBefore: number }).daysBefore] : [],
    );
  ok(await world.call('exclusions.setRenewal', { id, renews: true }, me.token));
  await sendExpiryNotices(world.hub.platform);
  expect(await days()).toEqual([]);
  ok(await world.call('exclusions.setRenewal', { id, renews: false }, me.token));
  await sendExpiryNotices(world.hub.platform);
  expect(await days()).toEqual([7]);
  ok(await world.call('exclusions.extend', { id, period: '30d' }, me.token));
  await world.passTime(id, 24 * DAY_MS);
  await sendExpiryNotices(world.hub.platform);
  expect(await days()).toEqual([7, 7]);
});

it('is not called again and again by somebody who changes their mind without end', async () => {
  await using limited = await openWorld({ limits: { staffPerHour: 10 } });
  const me = await limited.someone();
  const codes = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const answer = await limited.call(
      'exclusions.setSupportPerson',
      { ...FRIEND, tellOn: EVERYTHING },
      me.token,
    );
    codes.add(answer.ok ? 'ok' : answer.error.code);
    for (const name of ['exclusions.requestReturn', 'exclusions.cancelReturn'] as const) {
      const moved = await limited.call(name, { id: 'exc_none' }, me.token);
      if (!moved.ok) codes.add(moved.error.code);
    }
  }
  expect(codes).toEqual(new Set(['ok', 'NOT_FOUND', 'RATE_LIMITED']));
});
