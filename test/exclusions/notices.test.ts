import {
  confirmRegistration,
  sendExpiryNotices,
  tellChange,
} from '@kinga/server/domains/exclusions/index.ts';
import type { Locale, TemplateName } from '@kinga/server/domains/notifications/index.ts';
import { render } from '@kinga/server/domains/notifications/templates/index.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { newPerson, type Person } from '../support/people.ts';
import { DAY_MS, openWorld, type Someone, type World } from './life-cycle/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => world.pool.query('DELETE FROM messages'));

interface Sent {
  readonly channel: string;
  readonly template: TemplateName;
  readonly to: string;
  readonly data: Readonly<Record<string, string>>;
  readonly locale: Locale;
  readonly account_id: string | null;
}

/** Every message that waits, opened as the delivery would. */
async function messages(): Promise<Sent[]> {
  const { rows } = await world.pool.query<{ channel: string; template: TemplateName; content: Buffer }>(
    'SELECT channel, template, content, account_id FROM messages ORDER BY created_at, id',
  );
  return rows.map(({ content, ...row }) => ({
    ...row,
    ...JSON.parse(world.hub.platform.crypto.open(content)),
  }));
}

const told = async () => (await messages()).map(({ template, to }) => `${template} ${to}`).sort();

const toAccount = ({ phone, signedIn }: Someone) =>
  [`exclusionRegistered ${phone}`, `exclusionRegistered ${signedIn.email}`].sort();

const within = (work: Parameters<typeof world.hub.platform.db.transaction<void>>[0]) =>
  world.hub.platform.db.transaction(work);
const confirm = (id: string) => within((tx) => confirmRegistration(tx, world.hub.platform.crypto, id));

const EVERYTHING = (person: Person) => [person.byNationalId, person.byPhone, person.byEmail];

/** By staff: of somebody who has no account, unless one is made. */
async function registered(identifiers: readonly Identifier[], more: object = {}) {
  const input = { identifiers, period: '6mo', source: 'court', ...more };
  return ok((await world.hub.http('exclusions.register', input, { token: world.admin.token })).body);
}

describe('who has no account', () => {
  it('is told at the phone and the address the register holds of them that the exclusion is in force', async () => {
    const person = newPerson();
    const { id, reference } = await registered(EVERYTHING(person), { person: { name: 'Achieng Otieno' } });
    await confirm(id);
    expect(await told()).toEqual([`recordBegun ${person.phone}`, `recordBegun ${person.email}`].sort());
    for (const { channel, to, data, account_id } of await messages()) {
      expect(channel).toBe(to === person.phone ? 'sms' : 'email');
      expect(data).toMatchObject({ reference });
      expect(account_id).toBeNull();
    }
    const { rows } = await world.pool.query(
      `SELECT FROM audit_log WHERE details::text LIKE '%' || $1 || '%' OR details::text LIKE '%' || $2 || '%'`,
      [person.phone, person.email],
    );
    expect(rows).toEqual([]);
  });

  it('reads help first, and nothing by which a stranger with the number would learn of whom or what it is', async () => {
    const { id } = await registered(EVERYTHING(newPerson()), { person: { name: 'Achieng Otieno' } });
    await confirm(id);
    const templates = ['recordBegun', 'recordChanged', 'recordEnding', 'recordStays', 'recordEnded'] as const;
    const [{ data } = { data: {} }] = await messages();
    for (const locale of ['en', 'sw'] as const) {
      for (const template of templates) {
        const { subject, text, short } = render(template, { locale, data: { ...data, days: '7' } });
        for (const one of [text, short]) expect(one).toMatch(/^(Help|Msaada)[^.]*719\./);
        expect(`${subject} ${text} ${short}`).not.toMatch(
          /achieng|otieno|exclu|gambl|bet\b|betting|operator|protect|kujizuia|kamari|kampuni|umekingwa/i,
        );
      }
    }
  });

  it('is told of every change, and of the end', async () => {
    const person = newPerson();
    const { id } = await registered([person.byNationalId, person.byPhone]);
    const tell = (news: 'extended' | 'renewalOn' | 'lifted') =>
      within((tx) => tellChange(tx, world.hub.platform.crypto, { exclusionId: id, news, endsAt: null }));
    for (const news of ['extended', 'renewalOn', 'lifted'] as const) await tell(news);
    const changed = `recordChanged ${person.phone}`;
    expect(await told()).toEqual([changed, changed, `recordEnded ${person.phone}`]);
  });

  it('is told 30, 7 and 1 days before the end and when it stays in force, each once', async () => {
    const person = newPerson();
    const { id, endsAt } = await registered([person.byNationalId, person.byPhone]);
    const send = (days: number) =>
      sendExpiryNotices(world.hub.platform, {
        now: new Date(Date.parse(endsAt ?? '') - days * DAY_MS),
      });
    for (const days of [31, 30, 29, 7, 6, 1, 0.5, -1, -2]) {
      await send(days);
      await send(days);
    }
    const mine = (await messages()).filter(({ to }) => to === person.phone);
    expect(mine.map(({ template, data }) => `${template} ${data.days}`)).toEqual([
      'recordEnding 30',
      'recordEnding 7',
      'recordEnding 1',
      'recordStays 0',
    ]);
    expect(id).toBeDefined();
  });

  it('is told how many days are left, also where a notice comes late: after an outage, or once it renews no longer', async () => {
    const person = newPerson();
    const { endsAt } = await registered([person.byNationalId, person.byPhone]);
    for (const days of [24, 4.5]) {
      await sendExpiryNotices(world.hub.platform, {
        now: new Date(Date.parse(endsAt ?? '') - days * DAY_MS),
      });
    }
    const mine = (await messages()).filter(({ to }) => to === person.phone);
    expect(mine.map(({ template, data }) => `${template} ${data.days}`)).toEqual([
      'recordEnding 24',
      'recordEnding 5',
    ]);
  });

  it('is told beside somebody else of the same exclusion who has one, and a shared phone once', async () => {
    const [known, unknown] = [await world.someone(), newPerson()];
    await registered([unknown.byNationalId, unknown.byPhone], { period: '24h' });
    await world.register(known, '24h');
    const { id } = await registered([known.byNationalId, unknown.byNationalId]);
    await confirm(id);
    expect(await told()).toEqual([...toAccount(known), `recordBegun ${unknown.phone}`]);
    await world.pool.query('DELETE FROM messages');
    const [one, other] = [newPerson(), newPerson()];
    for (const { byNationalId } of [one, other]) await registered([byNationalId, one.byPhone]);
    const both = await registered([one.byNationalId, other.byNationalId]);
    await confirm(both.id);
    expect(await told()).toEqual([`recordBegun ${one.phone}`]);
  });

  it('is told although the phone is on an account by now: that account is somebody else’s', async () => {
    const person = newPerson();
    const { id } = await registered([person.byNationalId, person.byPhone]);
    await world.hub.account('citizen', { identifiers: [person.byPhone] });
    await confirm(id);
    expect(await told()).toEqual([`recordBegun ${person.phone}`]);
  });
});

describe('nothing is written', () => {
  it('to what the register holds of somebody whose account is told', async () => {
    const me = await world.someone();
    const { id } = await registered([me.byNationalId, newPerson().byPhone]);
    await confirm(id);
    expect(await told()).toEqual(toAccount(me));
    const own = await world.register(me, '24h');
    await world.pool.query('DELETE FROM messages');
    await confirm(own.id);
    expect(await told()).toEqual(toAccount(me));
  });

  it('to what a petition alone says of somebody, and about canaries', async () => {
    const [said, canary] = [newPerson(), newPerson()];
    const petitioned = await registered([said.byNationalId, said.byPhone]);
    await world.pool.query(
      `UPDATE identifiers SET said_by = 'pet_1' FROM exclusion_persons p
       WHERE p.person_id = identifiers.person_id AND p.exclusion_id = $1`,
      [petitioned.id],
    );
    const made = await registered([canary.byNationalId, canary.byPhone]);
    await world.pool.query('UPDATE exclusions SET canary = true WHERE id = $1', [made.id]);
    for (const { id } of [petitioned, made]) await confirm(id);
    expect(await told()).toEqual([]);
  });

  it('to a record that was merged away: the one that stands is told', async () => {
    const [keep, gone] = [newPerson(), newPerson()];
    await registered([keep.byNationalId, keep.byPhone], { period: '24h' });
    const { id } = await registered([gone.byNationalId, gone.byPhone]);
    const find = async (person: Person) => {
      const input = { identifiers: [person.byNationalId] };
      const found = await world.hub.http('exclusions.findPeople', input, { token: world.admin.token });
      return ok(found.body).items[0]?.id ?? '';
    };
    const input = { keepId: await find(keep), mergeId: await find(gone), reason: 'one person, two cards' };
    ok((await world.hub.http('exclusions.mergePeople', input, { token: world.admin.token })).body);
    await confirm(id);
    expect(await told()).toEqual([`recordBegun ${keep.phone}`, `recordBegun ${gone.phone}`].sort());
  });
});
