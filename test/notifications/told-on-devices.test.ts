import {
  confirmRegistration,
  sendExpiryNotices,
  tellChange,
} from '@kinga/server/domains/exclusions/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, openWorld, type Someone, type World } from '../exclusions/life-cycle/world.ts';
import { by, filing, openPetitions, type PetitionWorld, personWithAccount } from '../petitions/world.ts';
import type { SignedIn } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { messagesTo } from '../support/messages.ts';

let tokens = 0;
async function deviceOf(hub: TestHub, { token }: Pick<SignedIn, 'token'>): Promise<string> {
  const input = { token: `told-on-${++tokens}`, platform: 'android' };
  return ok((await hub.http('notifications.registerDevice', input, { token })).body).deviceId;
}

/** What a device was sent: always the same, because it says nothing. */
async function timesTold(hub: TestHub, deviceId: string): Promise<number> {
  const messages = await messagesTo(hub.platform, deviceId);
  for (const { channel, template, data } of messages)
    expect({ channel, template, data }).toEqual({ channel: 'push', template: 'news', data: {} });
  return messages.length;
}

describe('an excluded person is told on their devices', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const within = (work: Parameters<typeof world.hub.platform.db.transaction<void>>[0]) =>
    world.hub.platform.db.transaction(work);

  async function excluded(): Promise<{ me: Someone; id: string; device: string }> {
    const me = await world.someone();
    const device = await deviceOf(world.hub, me);
    const { id } = await world.register(me, '6mo');
    return { me, id, device };
  }

  it('once for each message: that it began, that its end nears, that it stays, that it was lifted', async () => {
    const { me, id, device } = await excluded();
    const { hub } = world;
    const second = await deviceOf(hub, me);
    const bystander = await deviceOf(hub, await world.someone());
    await within((tx) => confirmRegistration(tx, hub.platform.crypto, id));
    expect(await timesTold(hub, device)).toBe(1);
    for (const [days, told] of [
      [160, 2],
      [18, 3],
      [6, 4],
      [3, 5],
    ] as const) {
      await world.passTime(id, days * DAY_MS);
      await sendExpiryNotices(hub.platform);
      await sendExpiryNotices(hub.platform);
      expect(await timesTold(hub, device), `after another ${days} days`).toBe(told);
    }
    for (const news of ['returnRequested', 'lifted'] as const)
      await within((tx) => tellChange(tx, hub.platform.crypto, { exclusionId: id, news, endsAt: null }));
    expect(await timesTold(hub, device)).toBe(7);
    expect(await timesTold(hub, second), 'every device of theirs').toBe(7);
    expect(await timesTold(hub, bystander), 'and nobody else’s').toBe(0);
  });

  it('never of a code, and not while the account is suspended, which opens nothing', async () => {
    const { me, id, device } = await excluded();
    const { hub } = world;
    ok((await hub.http('identity.requestPasswordReset', { email: me.signedIn.email })).body);
    expect(await timesTold(hub, device)).toBe(0);
    await world.pool.query('UPDATE accounts SET suspended_at = now() WHERE id = $1', [
      me.signedIn.account.id,
    ]);
    await within((tx) => confirmRegistration(tx, hub.platform.crypto, id));
    expect(await timesTold(hub, device)).toBe(0);
  });

  it('also of what happened to their account: a sign-in from elsewhere, another password', async () => {
    const me = await world.someone();
    const device = await deviceOf(world.hub, me);
    const { email, password } = me.signedIn;
    const elsewhere = { id: 'a-device-not-seen-before', name: 'Laptop' };
    ok((await world.hub.http('identity.login', { email, password, device: elsewhere })).body);
    expect(await timesTold(world.hub, device)).toBe(1);
    const input = { currentPassword: me.signedIn.password, newPassword: 'quite another pass phrase 71' };
    ok(await world.call('identity.changePassword', input, me.token));
    expect(await timesTold(world.hub, device)).toBe(2);
  });
});

describe('the sides of a petition are told on their devices', () => {
  let world: PetitionWorld;
  beforeAll(async () => {
    world = await openPetitions();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it('the person of the notice, and the petitioner of nothing that goes to the person', async () => {
    const { hub } = world;
    const { person, me } = await personWithAccount(world);
    const petitioner = await hub.account('citizen');
    const [mine, theirs] = [await deviceOf(hub, me), await deviceOf(hub, petitioner)];
    const { id } = await by(world, petitioner, 'petitions.file', filing('family', person));
    expect(await timesTold(hub, mine), 'nothing before the notice').toBe(0);
    const before = await timesTold(hub, theirs);
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    expect(await timesTold(hub, mine)).toBe(1);
    expect(await timesTold(hub, theirs)).toBe(before);
    await by(world, world.clerk, 'petitions.respond', { id, hearing: 'waived', statement: 'told us' });
    await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'no signs' });
    expect(await timesTold(hub, mine)).toBe(2);
    expect(await timesTold(hub, theirs)).toBeGreaterThan(before);
  });
});
