import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Gone } from '@kinga/server/domains/notifications/channels/channel.ts';
import { createChannels } from '@kinga/server/domains/notifications/channels/index.ts';
import { deliverMessage, sendToDevices } from '@kinga/server/domains/notifications/index.ts';
import { en } from '@kinga/server/domains/notifications/templates/en.ts';
import { render } from '@kinga/server/domains/notifications/templates/index.ts';
import { sw } from '@kinga/server/domains/notifications/templates/sw.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { codeSentTo, messagesTo } from '../support/messages.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

let apps = 0;
/** What a push service would know the next app by. */
const newToken = () => `app:${++apps}:${'x'.repeat(150)}`;

const call = async <TName extends string>(name: TName, input: unknown, { token }: { token: string }) =>
  (await hub.http(name, input, { token })).body;
const register = async (who: SignedIn, token = newToken(), label?: string) =>
  ok(await call('notifications.registerDevice', { token, platform: 'android', label }, who));
const devicesOf = async (who: SignedIn) => ok(await call('notifications.devices', {}, who)).items;
const remove = async (who: SignedIn, deviceId: string) =>
  ok(await call('notifications.removeDevice', { deviceId }, who)).removed;
const auditOf = async (who: SignedIn) => {
  const { rows } = await hub.database.pool.query<{ action: string; actor: string }>(
    `SELECT action, actor FROM audit_log WHERE subject = $1 AND action LIKE 'pushDevice.%' ORDER BY id`,
    [who.account.id],
  );
  return rows;
};
const tell = (who: SignedIn) =>
  hub.platform.db.transaction((tx) => sendToDevices(tx, hub.platform.crypto, [who.account.id]));

/** The messages to a device, by their ids. */
async function messageIds(who: SignedIn): Promise<string[]> {
  const { rows } = await hub.database.pool.query<{ id: string }>(
    `SELECT id FROM messages WHERE account_id = $1 AND channel = 'push' ORDER BY id`,
    [who.account.id],
  );
  return rows.map(({ id }) => id);
}

async function stateOf(id: string) {
  const { rows } = await hub.database.pool.query<{ sent: boolean; failed: boolean; failure: string | null }>(
    'SELECT sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed, failure FROM messages WHERE id = $1',
    [id],
  );
  return rows[0];
}

describe('a device', () => {
  it('is registered, listed to its owner alone, and removed; doing any of it again changes nothing', async () => {
    const [me, other] = [await hub.account('citizen'), await hub.account('operator')];
    const token = newToken();
    const device = await register(me, token, ' My phone ');
    expect(device).toEqual({
      deviceId: expect.stringMatching(/^pdv_/),
      platform: 'android',
      label: 'My phone',
      registeredAt: expect.any(String),
      lastSeenAt: expect.any(String),
    });
    const again = await register(me, token, 'Renamed');
    expect(again).toMatchObject({ deviceId: device.deviceId, label: 'Renamed' });
    expect(again.registeredAt).toBe(device.registeredAt);
    const later = await register(me);
    expect((await devicesOf(me)).map(({ deviceId }) => deviceId)).toEqual([later.deviceId, device.deviceId]);
    expect(await devicesOf(other)).toEqual([]);
    expect(await remove(other, device.deviceId), 'what is another’s is as if it were not there').toBe(false);
    expect(await remove(me, device.deviceId)).toBe(true);
    expect(await remove(me, device.deviceId)).toBe(false);
    expect(await devicesOf(me)).toEqual([later]);
    expect((await auditOf(me)).map(({ action }) => action)).toEqual([
      'pushDevice.registered',
      'pushDevice.registered',
      'pushDevice.removed',
    ]);
  });

  it('goes when all others are ended and when the password is reset, whoever registered it', async () => {
    const [me, admin] = [await hub.account('citizen'), await hub.admin()];
    const { account, email, token } = me;
    const newPassword = 'nywila mpya kabisa';
    const reset = async () => {
      const { challengeId } = ok((await hub.http('identity.requestPasswordReset', { email })).body);
      const code = await codeSentTo(hub.platform, email);
      return await hub.http('identity.resetPassword', { challengeId, code, newPassword });
    };
    const ways = [
      { by: `account:${account.id}`, end: () => hub.http('identity.revokeOtherSessions', {}, { token }) },
      { by: 'anonymous', end: reset },
      {
        signsIn: newPassword,
        by: `account:${admin.account.id}`,
        end: () => hub.http('identity.revokeSessionsOf', { accountId: account.id }, admin),
      },
    ];
    for (const { signsIn, by, end } of ways) {
      const on = signsIn === undefined ? me : await hub.signIn(email, signsIn);
      await register(on);
      await register(on);
      expect((await end()).status).toBe(200);
      expect((await auditOf(me)).slice(-2)).toEqual(
        Array(2).fill({ action: 'pushDevice.removed', actor: by }),
      );
    }
    expect(await devicesOf(await hub.signIn(email, newPassword))).toEqual([]);
  });

  it('is sealed: neither what its push service knows it by nor its name stands anywhere in clear', async () => {
    const token = `plain-to-see:${newToken()}`;
    await register(await hub.account('citizen'), token, 'Wanjiku phone');
    const { rows } = await hub.database.pool.query<{ text: string }>(
      `SELECT row_to_json(d)::text AS text FROM push_devices d
       UNION ALL SELECT row_to_json(a)::text FROM audit_log a
       UNION ALL SELECT row_to_json(o)::text FROM outbox o`,
    );
    const hex = Buffer.from('Wanjiku').toString('hex');
    for (const { text } of rows) expect(text).not.toMatch(new RegExp(`plain-to-see|Wanjiku|${hex}`));
  });

  it('is named by the field that is wrong, and never repeated', async () => {
    const me = await hub.account('citizen');
    const right = { token: newToken(), platform: 'web' };
    for (const [path, wrong] of [
      ['token', { token: '' }],
      ['token', { token: 'x'.repeat(4097) }],
      ['token', { token: 'a secret\n' }],
      ['platform', { platform: 'fridge' }],
      ['label', { label: ' ' }],
      ['label', { label: 'x'.repeat(101) }],
    ] as const) {
      const error = refused(await call('notifications.registerDevice', { ...right, ...wrong }, me));
      expect([error.code, error.details?.map((detail) => detail.path)]).toEqual(['INVALID_INPUT', [path]]);
      expect(error.message).not.toContain('secret');
    }
    ok(await call('notifications.registerDevice', { ...right, token: '~'.repeat(4096) }, me));
  });

  it('is for accounts: nobody unknown has one, and no operator’s machine', async () => {
    const { apiKey } = await hub.operatorKey();
    const inputs = {
      'notifications.registerDevice': { token: newToken(), platform: 'ios' },
      'notifications.devices': {},
      'notifications.removeDevice': { deviceId: 'pdv_none' },
    };
    for (const [name, input] of Object.entries(inputs)) {
      expect(refused((await hub.http(name, input)).body).code, name).toBe('UNAUTHENTICATED');
      expect(refused((await hub.http(name, input, { apiKey })).body).code, name).toBe('FORBIDDEN');
    }
  });

  it('is of whoever holds it now: the account before is told there no more, nor who it is now', async () => {
    const [before, now] = [await hub.account('bettor'), await hub.account('citizen')];
    const token = newToken();
    const old = await register(before, token, 'Mine');
    await tell(before);
    const moved = await register(now, token);
    expect(moved.deviceId).not.toBe(old.deviceId);
    expect(moved.label).toBeNull();
    expect(await devicesOf(before)).toEqual([]);
    const [onItsWay] = await messageIds(before);
    await deliverMessage(hub.platform, onItsWay!);
    expect(await stateOf(onItsWay!), 'what was on its way does not arrive').toMatchObject({
      sent: false,
      failed: true,
    });
    expect(await auditOf(before)).toEqual([
      { action: 'pushDevice.registered', actor: `account:${before.account.id}` },
      { action: 'pushDevice.moved', actor: 'system' },
    ]);
  });

  it('has one account, however many register it at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 6 }, () => hub.account('citizen')));
    const token = newToken();
    await Promise.all(accounts.map((who) => register(who, token)));
    const held = await Promise.all(accounts.map(devicesOf));
    expect(held.flat()).toHaveLength(1);
  });

  it('of more than ten, those registered at once included, the one silent the longest gives way', async () => {
    const me = await hub.account('citizen');
    const first = newToken();
    const [one, two] = [await register(me, first), await register(me)];
    await hub.database.pool.query(
      `UPDATE push_devices SET last_seen_at = last_seen_at - interval '1 day' WHERE account_id = $1`,
      [me.account.id],
    );
    await register(me, first);
    await Promise.all(Array.from({ length: 9 }, () => register(me)));
    const ids = (await devicesOf(me)).map(({ deviceId }) => deviceId);
    expect(ids).toHaveLength(10);
    expect(ids).toContain(one.deviceId);
    expect(ids).not.toContain(two.deviceId);
    expect((await auditOf(me)).at(-1)?.action).toBe('pushDevice.replaced');
    await Promise.all(Array.from({ length: 8 }, () => register(me)));
    expect(await devicesOf(me)).toHaveLength(10);
  });
});

describe('a message to devices', () => {
  it('is a file of each device’s push service, in the account’s language, and says nothing', async () => {
    const me = await hub.account('citizen');
    await hub.database.pool.query(`UPDATE accounts SET locale = 'sw' WHERE id = $1`, [me.account.id]);
    const tokens = [newToken(), newToken()];
    const devices = [await register(me, tokens[0]), await register(me, tokens[1])];
    await tell(me);
    const ids = await messageIds(me);
    expect(ids).toHaveLength(2);
    for (const { deviceId } of devices) expect(await messagesTo(hub.platform, deviceId)).toHaveLength(1);
    for (const id of ids) await deliverMessage(hub.platform, id);
    const files = ids.map((id) =>
      JSON.parse(readFileSync(join(hub.platform.config.dataDir, 'messages', 'push', `${id}.json`), 'utf8')),
    );
    expect(files.map(({ to }) => to).sort()).toEqual([...tokens].sort());
    for (const file of files) {
      expect(file).toMatchObject({ platform: 'android', subject: sw.news.subject, text: sw.news.short });
    }
  });

  it('names nothing and leads nowhere, in either language', () => {
    for (const texts of [en, sw]) {
      const words = Object.values(texts.news).join(' ');
      expect(words).not.toMatch(/\{\{|\d|kinga|exclu|kujizuia|bet|protect|petition|shauri|719|http/i);
    }
    const options = { locale: 'en', data: {}, publicUrl: 'https://kinga.example' } as const;
    expect(render('news', options).short).toBe(en.news.short);
  });

  it('is not sent there once the device was removed, and not at all to an account without one', async () => {
    const [me, other] = [await hub.account('citizen'), await hub.account('citizen')];
    const { deviceId } = await register(me);
    await Promise.all([tell(me), tell(other)]);
    expect(await messageIds(other)).toEqual([]);
    await remove(me, deviceId);
    const [id] = await messageIds(me);
    await deliverMessage(hub.platform, id!);
    expect(await stateOf(id!)).toEqual({
      sent: false,
      failed: true,
      failure: 'the device is not registered any more',
    });
  });

  it('removes a device that its push service knows no more, and only that one', async () => {
    const me = await hub.account('citizen');
    const lost = newToken();
    await register(me, lost);
    const kept = await register(me);
    await tell(me);
    const channels = createChannels(hub.platform.config);
    const push = {
      deliver: async ({ to }: { to: string }) => {
        if (to === lost) throw new Gone('no such app');
      },
    };
    for (const id of await messageIds(me)) await deliverMessage(hub.platform, id, { ...channels, push });
    expect(await devicesOf(me)).toEqual([kept]);
    expect((await auditOf(me)).at(-1)).toEqual({ action: 'pushDevice.gone', actor: 'system' });
    const states = await Promise.all((await messageIds(me)).map(stateOf));
    expect(states.map((state) => state?.sent).sort()).toEqual([false, true]);
    expect(states.every((state) => state?.sent || state?.failed)).toBe(true);
    await tell(me);
    expect(await messageIds(me)).toHaveLength(3);
  });
});
