import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../../support/client.ts';
import { newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { readLog } from '../support.ts';
import { DAY_MS, endOf, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const MINUTE_MS = 60_000;

describe('an exclusion is extended', () => {
  it('from now on, for longer than what holds, and the history keeps what was before', async () => {
    const me = await world.someone();
    const before = await world.register(me, '7d');
    const after = ok(await world.call('exclusions.extend', { id: before.id, period: '30d' }, me.token));
    expect(after).toMatchObject({
      id: before.id,
      period: '30d',
      status: 'active',
      startsAt: before.startsAt,
    });
    expect(Math.abs(endOf(after) - Date.now() - 30 * DAY_MS)).toBeLessThan(MINUTE_MS);
    expect(after.seq).toBeGreaterThan(before.seq);
    const entry = (await readLog(world.pool)).find(({ seq }) => seq === after.seq);
    expect(entry?.kind).toBe('extended');
    expect(entry?.keys.map(({ intervals }) => intervals.at(-1)?.endsAt)).toEqual([endOf(after)]);
    const { rows } = await world.pool.query(
      'SELECT change, period_before, period FROM exclusion_terms WHERE exclusion_id = $1',
      [before.id],
    );
    expect(rows).toEqual([{ change: 'extended', period_before: '7d', period: '30d' }]);
    const got = ok(await world.call('exclusions.get', { id: before.id }, me.token));
    expect(got).toMatchObject({ period: '30d', endsAt: after.endsAt, seq: after.seq });
  });

  it('and never shortened: not by an earlier end, nor by an end that comes by itself', async () => {
    const me = await world.someone();
    const month = await world.register(me, '30d');
    const error = refused(await world.call('exclusions.extend', { id: month.id, period: '7d' }, me.token));
    expect(error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'period' }] });
    expect(error.message).toContain('shortening is impossible');

    const half = await world.register(me, '6mo');
    await world.passTime(half.id, 183 * DAY_MS);
    const late = refused(await world.call('exclusions.extend', { id: half.id, period: '30d' }, me.token));
    expect(late, 'it would end by itself, the old one does not').toMatchObject({ code: 'CONFLICT' });

    ok(await world.call('exclusions.extend', { id: half.id, period: 'permanent' }, me.token));
    const most = refused(
      await world.call('exclusions.extend', { id: half.id, period: 'permanent' }, me.token),
    );
    expect(most, 'permanent is latest').toMatchObject({ code: 'CONFLICT' });
  });

  it('while pending from its start on, and not at all once it is over', async () => {
    const me = await world.someone();
    const startsAt = new Date(Date.now() + 3 * DAY_MS).toISOString();
    const pending = await world.register(me, '24h', { startsAt });
    const longer = ok(await world.call('exclusions.extend', { id: pending.id, period: '7d' }, me.token));
    expect(longer).toMatchObject({ status: 'pending', startsAt });
    expect(endOf(longer)).toBe(Date.parse(startsAt) + 7 * DAY_MS);
    await world.passTime(pending.id, 11 * DAY_MS);
    const over = refused(await world.call('exclusions.extend', { id: pending.id, period: '1y' }, me.token));
    expect(over).toMatchObject({ code: 'CONFLICT', details: [{ path: 'id' }] });
  });
});

describe('an exclusion renews', () => {
  it('without an end while it does, and switched off it ends with the cycle that is running', async () => {
    const me = await world.someone();
    const { id, endsAt } = await world.register(me, '7d');
    const on = ok(await world.call('exclusions.setRenewal', { id, renews: true }, me.token));
    expect(on).toMatchObject({ renews: true, inForceUntil: null, endsAt });
    await world.passTime(id, 16 * DAY_MS);
    const [running] = (await world.mine(me)).items;
    expect(running).toMatchObject({ status: 'active', renews: true });
    const third = Date.parse(endsAt ?? '') - 16 * DAY_MS + 14 * DAY_MS;
    expect(endOf(running!), 'the third cycle').toBe(third);
    expect(endOf(ok(await world.call('exclusions.get', { id }, me.token)))).toBe(third);
    const off = ok(await world.call('exclusions.setRenewal', { id, renews: false }, me.token));
    expect(off).toMatchObject({ renews: false, inForceUntil: off.endsAt, status: 'active' });
    expect(endOf(off)).toBe(third);
    const again = ok(await world.call('exclusions.setRenewal', { id, renews: true }, me.token));
    expect(endOf(again)).toBe(third);
    await world.passTime(id, 7 * DAY_MS);
    const [next] = (await world.mine(me)).items;
    expect(endOf(next!), 'a cycle is still a week').toBe(third);
  });

  it('as little as it needs when nothing changes, and a permanent one cannot', async () => {
    const me = await world.someone();
    const { id, seq } = await world.register(me, '30d');
    const same = ok(await world.call('exclusions.setRenewal', { id, renews: false }, me.token));
    expect(same.seq).toBe(seq);
    ok(await world.call('exclusions.extend', { id, period: 'permanent' }, me.token));
    const error = refused(await world.call('exclusions.setRenewal', { id, renews: true }, me.token));
    expect(error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'renews' }] });
  });
});

describe('a return', () => {
  it('is asked for after the minimum, thought over, and confirmed: only then is the person CLEAR', async () => {
    const me = await world.someone();
    const key = await world.hub.operatorKey();
    const check = async () => {
      const input = { identifiers: [me.byNationalId], purpose: 'bet' };
      return ok((await world.hub.http('exclusions.lookup', input, { apiKey: key.apiKey })).body).status;
    };
    const { id } = await world.register(me, '6mo');
    const early = refused(await world.call('exclusions.requestReturn', { id }, me.token));
    expect(early).toMatchObject({ code: 'CONFLICT', details: [{ path: 'id' }] });
    expect(early.message).toContain('r. 72(1)');
    expect((await world.mine(me)).items[0]).toMatchObject({ allowed: ['extend', 'setRenewal'] });

    await world.passTime(id, 185 * DAY_MS);
    expect((await world.mine(me)).items[0]?.allowed).toContain('requestReturn');
    const asked = ok(await world.call('exclusions.requestReturn', { id }, me.token));
    const cooling = Date.parse(asked.returnAvailableAt ?? '') - Date.parse(asked.returnRequestedAt ?? '');
    expect(cooling).toBe(7 * DAY_MS);
    expect(refused(await world.call('exclusions.requestReturn', { id }, me.token)).code).toBe('CONFLICT');
    expect(refused(await world.call('exclusions.confirmReturn', { id }, me.token)).code).toBe('CONFLICT');
    expect(await check()).toBe('EXCLUDED');

    await world.passTime(id, 8 * DAY_MS);
    expect((await world.mine(me)).items[0]?.allowed).toContain('confirmReturn');
    const back = ok(await world.call('exclusions.confirmReturn', { id }, me.token));
    expect(back).toMatchObject({ status: 'ended', returnRequestedAt: null });
    expect(back.liftedAt).not.toBeNull();
    // From when the end is certain to have come, which may be a question to PostgreSQL later.
    await probe(async () => (await check()) === 'CLEAR');
    expect((await world.mine(me)).items[0]).toMatchObject({ allowed: [], status: 'ended' });
  });

  it('is taken back, lapses after 30 days, and falls to an extension or a renewal', async () => {
    const me = await world.someone();
    const { id } = await world.register(me, '1y');
    await world.passTime(id, 366 * DAY_MS);
    const request = () => world.call('exclusions.requestReturn', { id }, me.token);
    const confirm = async () => refused(await world.call('exclusions.confirmReturn', { id }, me.token)).code;
    ok(await request());
    const kept = ok(await world.call('exclusions.cancelReturn', { id }, me.token));
    expect(kept).toMatchObject({ status: 'active', returnRequestedAt: null });
    expect(await confirm()).toBe('CONFLICT');
    expect(refused(await world.call('exclusions.cancelReturn', { id }, me.token)).code).toBe('CONFLICT');

    ok(await request());
    await world.passTime(id, 30 * DAY_MS + MINUTE_MS);
    expect(await confirm(), 'lapsed').toBe('CONFLICT');
    expect((await world.mine(me)).items[0]).toMatchObject({ returnRequestedAt: null });
    ok(await request());
    ok(await world.call('exclusions.extend', { id, period: '6mo' }, me.token));
    await world.passTime(id, 8 * DAY_MS);
    expect(await confirm(), 'extended').toBe('CONFLICT');
    const { rows } = await world.pool.query<{ outcome: string }>(
      'SELECT outcome FROM exclusion_returns WHERE exclusion_id = $1 ORDER BY requested_at',
      [id],
    );
    expect(rows.map(({ outcome }) => outcome)).toEqual(['cancelled', 'lapsed', 'superseded']);
  });

  it('of a permanent one needs three years, and a short one needs none', async () => {
    const me = await world.someone();
    const { id } = await world.register(me, 'permanent');
    await world.passTime(id, (3 * 365 - 1) * DAY_MS);
    const early = refused(await world.call('exclusions.requestReturn', { id }, me.token));
    expect(early.message).toContain('r. 71(3)');
    await world.passTime(id, 3 * DAY_MS);
    const asked = ok(await world.call('exclusions.requestReturn', { id }, me.token));
    expect(Date.parse(asked.returnAvailableAt ?? '') - Date.now()).toBeGreaterThan(6.9 * DAY_MS);

    const week = await world.register(me, '7d');
    const error = refused(await world.call('exclusions.requestReturn', { id: week.id }, me.token));
    expect(error.message).toContain('ends by itself');
  });
});

describe('who may do what', () => {
  const COMMANDS = [
    ['exclusions.extend', { period: 'permanent' }],
    ['exclusions.setRenewal', { renews: true }],
    ['exclusions.requestReturn', {}],
    ['exclusions.confirmReturn', {}],
    ['exclusions.cancelReturn', {}],
  ] as const;

  it('a stranger finds nothing, nobody without credentials gets in, and malformed fields are named', async () => {
    const [me, stranger] = [await world.someone(), await world.someone('bettor')];
    const { id } = await world.register(me, '6mo');
    for (const [name, more] of COMMANDS) {
      const input = { id, ...more };
      expect(refused(await world.call(name, input, stranger.token)).code, name).toBe('NOT_FOUND');
      expect(refused((await world.hub.http(name, input)).body).code, name).toBe('UNAUTHENTICATED');
      const malformed = refused(await world.call(name, { ...input, id: 7 }, me.token));
      expect(malformed, name).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'id' }] });
    }
    expect((await world.mine(stranger)).items).toEqual([]);
  });

  it('staff lengthen, and end nothing for a person', async () => {
    const me = await world.someone();
    const { id } = await world.register(me, '7d');
    const { token } = world.admin;
    ok(await world.call('exclusions.extend', { id, period: '30d' }, token));
    ok(await world.call('exclusions.setRenewal', { id, renews: true }, token));
    for (const [name, input] of [
      ['exclusions.setRenewal', { id, renews: false }],
      ['exclusions.requestReturn', { id }],
      ['exclusions.confirmReturn', { id }],
      ['exclusions.mine', {}],
    ] as const)
      expect(refused(await world.call(name, input, token)).code, name).toBe('FORBIDDEN');
  });

  it('what others asked for is theirs to lengthen, and the person’s to return from after the minimum', async () => {
    const me = await world.someone();
    const { token } = world.admin;
    const family = await world.register(me, '6mo', { source: 'family', token });
    const own = refused(await world.call('exclusions.extend', { id: family.id, period: '1y' }, me.token));
    expect(own.code).toBe('CONFLICT');
    await world.passTime(family.id, 200 * DAY_MS);
    const court = await world.register(me, 'permanent', { source: 'court', token });
    await world.passTime(court.id, 2_000 * DAY_MS);
    expect((await world.mine(me)).items.map(({ allowed }) => allowed)).toEqual([[], ['requestReturn']]);
    ok(await world.call('exclusions.requestReturn', { id: family.id }, me.token));
    const error = refused(await world.call('exclusions.requestReturn', { id: court.id }, me.token));
    expect(error.code).toBe('CONFLICT');
  });

  it('an exclusion that is about somebody else too waits for staff', async () => {
    const [me, other] = [await world.someone(), await world.someone()];
    await world.register(me, '24h');
    await world.register(other, '24h');
    const input = {
      identifiers: [me.byNationalId, other.byNationalId],
      period: '6mo',
      source: 'person',
    };
    const both = ok(await world.call('exclusions.register', input, world.admin.token));
    await world.passTime(both.id, 200 * DAY_MS);
    const error = refused(await world.call('exclusions.requestReturn', { id: both.id }, me.token));
    expect(error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'id' }] });
    expect((await world.mine(me)).items[0]).toMatchObject({ id: both.id, allowed: [] });
  });
});

describe('a shared phone', () => {
  it('shows what excludes by it, and lets nobody end or change what another registered of themselves', async () => {
    const phone = newPerson().byPhone;
    const account = async () => (await world.hub.account('citizen', { identifiers: [phone] })).token;
    const [first, second] = [await account(), await account()];
    const input = { identifiers: [phone], period: '6mo', source: 'person' };
    const { id } = ok(await world.call('exclusions.register', input, first));
    await world.passTime(id, 200 * DAY_MS);
    const page = ok(await world.call('exclusions.mine', {}, second));
    expect(page.items).toMatchObject([{ id, allowed: [] }]);
    expect(refused(await world.call('exclusions.requestReturn', { id }, second)).code).toBe('CONFLICT');
    ok(await world.call('exclusions.requestReturn', { id }, first));
  });
});

describe('a person’s own page', () => {
  it('has help first, what is theirs, and when what is not possible yet will be', async () => {
    const me = await world.someone();
    const { id, endsAt } = await world.register(me, '6mo');
    const page = await world.mine(me);
    expect(Object.keys(page)[0]).toBe('helplines');
    expect(page.helplines[0]).toMatchObject({ phone: '719' });
    expect(page.items).toMatchObject([
      {
        id,
        staysUntilReturn: true,
        returnPossibleFrom: endsAt,
        possibleFrom: { requestReturn: endsAt },
        allowed: ['extend', 'setRenewal'],
      },
    ]);
  });
});
