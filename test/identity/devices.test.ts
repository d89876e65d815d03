import { isTrustedDevice } from '@kinga/server/domains/identity/sessions/devices.ts';
import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { messagesTo, newDeviceId, signInOn } from './wire-support.ts';

async function devicesOf(hub: TestHub, token: string) {
  return ok((await hub.http('identity.listDevices', {}, { token })).body).items;
}

test('a device is known again, under the name it was given last, and its id is nowhere in the open', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const id = newDeviceId();
  await signInOn(hub, bettor, { id, name: 'Simu' });
  const again = await signInOn(hub, bettor, { id, name: 'Simu ya Juma' });
  const devices = await devicesOf(hub, again.accessToken);
  expect(devices.map(({ name, current, trustedUntil }) => ({ name, current, trustedUntil }))).toEqual([
    { name: 'Simu ya Juma', current: true, trustedUntil: null },
    { name: null, current: false, trustedUntil: null },
  ]);
  const { rows } = await hub.database.pool.query(
    `SELECT id, digest, encode(name, 'escape') AS name FROM devices`,
  );
  expect(JSON.stringify(rows)).not.toContain(id);
  expect(JSON.stringify(rows)).not.toContain('Juma');
});

test('the owner is told of a sign-in from a device not seen before, and of no other', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const accountId = bettor.account.id;
  // The first of all sign-ins and the same network again: nothing new.
  await hub.signIn(bettor.email, bettor.password);
  expect(await messagesTo(hub, accountId)).toEqual([]);
  const device = { id: newDeviceId(), name: 'Laptop' };
  await signInOn(hub, bettor, device);
  await signInOn(hub, bettor, device);
  const messages = await messagesTo(hub, accountId);
  expect(messages).toMatchObject([
    {
      channel: 'email',
      template: 'newDevice',
      to: bettor.email,
      data: { device: 'Laptop', network: '127.0.0.0/24' },
    },
  ]);
});

test('a sign-in that names no device is new when its network is', async () => {
  await using hub = await startTestHub({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
  const bettor = await hub.bettor();
  const login = async (address: string) => {
    const { email, password } = bettor;
    const headers = { 'x-forwarded-for': address };
    ok((await hub.http('identity.login', { email, password }, { headers })).body);
  };
  await login('203.0.113.7');
  await login('203.0.113.99');
  await login('2001:db8:1:2::1');
  await login('2001:db8:1:99::1');
  const networks = (await messagesTo(hub, bettor.account.id)).map(({ data }) => data.network);
  expect(networks).toEqual(['203.0.113.0/24', '2001:db8:1::/48']);
});

test('ten sign-ins at once from one new device make one device and one message', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const device = { id: newDeviceId(), name: 'Simu' };
  await Promise.all(Array.from({ length: 10 }, () => signInOn(hub, bettor, device)));
  expect(await devicesOf(hub, bettor.token)).toHaveLength(2);
  expect(await messagesTo(hub, bettor.account.id)).toHaveLength(1);
});

test('a device is trusted for thirty days, by a session on it only', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const device = { id: newDeviceId(), name: 'Simu' };
  const { accessToken: token, account } = await signInOn(hub, bettor, device);
  const [own, nameless] = await devicesOf(hub, token);
  const trust = (deviceId: string | undefined, by: string) =>
    hub.http('identity.trustDevice', { deviceId }, { token: by });
  expect(refused((await trust(own?.id, bettor.token)).body)).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'deviceId' }],
  });
  expect(refused((await trust(nameless?.id, bettor.token)).body)).toMatchObject({
    code: 'CONFLICT',
    details: [{ path: 'deviceId' }],
  });
  const stranger = await hub.bettor();
  expect(refused((await trust(own?.id, stranger.token)).body)).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'deviceId' }],
  });
  const isTrusted = (given: typeof device) =>
    isTrustedDevice(hub.platform.db, hub.platform.crypto, { accountId: account.id, device: given });
  expect(await isTrusted(device)).toBe(false);
  const trusted = ok((await trust(own?.id, token)).body);
  const days = (Date.parse(trusted.trustedUntil ?? '') - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThan(30.1);
  expect(await isTrusted(device)).toBe(true);
  expect(await isTrusted({ ...device, id: newDeviceId() })).toBe(false);
  await hub.database.pool.query(`UPDATE devices SET trusted_until = clock_timestamp() - interval '1 second'`);
  expect(await isTrusted(device)).toBe(false);
  expect((await devicesOf(hub, token))[0]?.trustedUntil).toBeNull();
});

test('a forgotten device loses its sessions on every node and its trust, and is new the next time', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const bettor = await one.bettor();
  const device = { id: newDeviceId(), name: 'Simu' };
  const { accessToken: token, account } = await signInOn(one, bettor, device);
  const [own] = await devicesOf(one, token);
  ok((await one.http('identity.trustDevice', { deviceId: own?.id }, { token })).body);
  const forget = () => one.http('identity.forgetDevice', { deviceId: own?.id }, { token: bettor.token });
  expect(ok((await forget()).body)).toEqual({ revoked: 1 });
  expect((await one.http('identity.me', {}, { token })).status).toBe(401);
  await probe(async () => (await two.http('identity.me', {}, { token })).status === 401);
  expect(refused((await forget()).body)).toMatchObject({
    code: 'NOT_FOUND',
    details: [{ path: 'deviceId' }],
  });
  const { db, crypto } = one.platform;
  expect(await isTrustedDevice(db, crypto, { accountId: account.id, device })).toBe(false);
  await signInOn(one, bettor, device);
  expect(await messagesTo(one, account.id)).toHaveLength(2);
});

test('a device that could be guessed is refused by name', async () => {
  await using hub = await startTestHub();
  const bettor = await hub.bettor();
  const input = { email: bettor.email, password: bettor.password, device: { id: 'phone', name: ' ' } };
  const { details } = refused((await hub.http('identity.login', input)).body);
  expect(details?.map(({ path }) => path).sort()).toEqual(['device.id', 'device.name']);
});
