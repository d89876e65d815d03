import type { PetitionSource } from '@kinga/shared/petitions/contract.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { by, filing, openPetitions, type PetitionWorld, passDays, petitionerOf } from './world.ts';

describe('notice is served only by a way in which the person can hear of it', () => {
  let world: PetitionWorld;
  beforeAll(async () => {
    world = await openPetitions();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const serve = (who: SignedIn, input: object) =>
    world.hub.http('petitions.serveNotice', input, { token: who.token });
  const detail = async (who: SignedIn, id: string) =>
    ok((await world.hub.http('petitions.get', { id }, { token: who.token })).body);

  /** About somebody known by a document alone, unless other identifiers are given. */
  async function filed(source: PetitionSource = 'court', identifiers = [newPerson().byNationalId]) {
    const petitioner = await petitionerOf(world, source);
    const input = filing(source, newPerson(), { identifiers });
    const { id } = await by(world, petitioner, 'petitions.file', input);
    return { id, petitioner };
  }

  async function audited(id: string): Promise<unknown> {
    const { rows } = await world.hub.database.pool.query(
      `SELECT details -> 'servedBy' AS ways FROM audit_log
       WHERE subject = $1 AND action = 'petition.noticeServed'`,
      [id],
    );
    expect(rows).toHaveLength(1);
    return rows[0].ways;
  }

  it('of whom neither an account nor a contact is known, nobody is told until staff say how they did', async () => {
    const { id, petitioner } = await filed('family');
    const error = refused((await serve(world.clerk, { id })).body);
    expect(error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'servedBy' }] });
    const before = await detail(world.clerk, id);
    expect(before).toMatchObject({ state: 'filed', hearingEndsAt: null, servedBy: null });
    expect(before.steps.map(({ kind }) => kind)).toEqual(['filed']);

    const served = ok((await serve(world.clerk, { id, servedBy: 'court' })).body);
    expect(served).toMatchObject({ state: 'noticeServed', hearingEndsAt: expect.any(String) });
    for (const who of [world.judge, petitioner]) {
      expect((await detail(who, id)).servedBy).toEqual(['court']);
    }
    expect(await audited(id)).toEqual(['court']);
  });

  it('without the hearing window, which would otherwise run out unheard, nothing can be decided', async () => {
    const { id } = await filed();
    await serve(world.clerk, { id });
    await passDays(world, id, 15);
    const decision = { id, decision: 'upheld', reason: 'Nobody came.' };
    const { body } = await world.hub.http('petitions.decide', decision, { token: world.judge.token });
    expect(refused(body).code).toBe('CONFLICT');
  });

  it.each(['hand', 'post', 'court'])('served by %s it is shown so', async (servedBy) => {
    const { id } = await filed();
    ok((await serve(world.clerk, { id, servedBy })).body);
    expect((await detail(world.judge, id)).servedBy).toEqual([servedBy]);
  });

  it('the hub’s own ways are named, all of them, and never an address', async () => {
    const person = newPerson();
    const me = await world.hub.account('citizen', { identifiers: [person.byNationalId] });
    const known = await filed('operator', [person.byNationalId, person.byPhone]);
    ok((await serve(world.clerk, { id: known.id })).body);
    for (const who of [world.judge, me]) {
      const seen = await detail(who, known.id);
      expect(seen.servedBy).toEqual(['account', 'email', 'sms']);
      expect(JSON.stringify([seen.servedBy, seen.steps])).not.toContain(me.email);
    }
    expect(await audited(known.id)).toEqual(['account', 'email', 'sms']);

    const byContact = await filed('court', [newPerson().byEmail]);
    ok((await serve(world.clerk, { id: byContact.id })).body);
    expect((await detail(world.judge, byContact.id)).servedBy).toEqual(['email']);
  });

  it('what staff did beside the hub’s own ways is named with them', async () => {
    const { id } = await filed('court', [newPerson().byPhone]);
    ok((await serve(world.clerk, { id, servedBy: 'hand' })).body);
    expect((await detail(world.judge, id)).servedBy).toEqual(['sms', 'hand']);
  });

  it.each(['family', 'operator'] as const)(
    'who filed it (%s) is not told by which contacts the hub reached the person, but that notice was served',
    async (source) => {
      const person = newPerson();
      await world.hub.account('citizen', { identifiers: [person.byNationalId] });
      const reached = await filed(source, [person.byNationalId]);
      ok((await serve(world.clerk, { id: reached.id })).body);
      expect(await detail(reached.petitioner, reached.id)).toMatchObject({
        servedBy: null,
        state: 'noticeServed',
        noticeServedAt: expect.any(String),
      });
      const both = await filed(source, [newPerson().byPhone]);
      ok((await serve(world.clerk, { id: both.id, servedBy: 'hand' })).body);
      expect((await detail(both.petitioner, both.id)).servedBy).toEqual(['hand']);
    },
  );

  it('an account that may not sign in is no way to read a notice', async () => {
    const person = newPerson();
    const me = await world.hub.account('citizen', { identifiers: [person.byNationalId] });
    const { id } = await filed('court', [person.byNationalId]);
    const { token } = await world.hub.admin();
    const suspension = { accountId: me.account.id, reason: 'Somebody else uses it' };
    ok((await world.hub.http('identity.suspendAccount', suspension, { token })).body);
    ok((await serve(world.clerk, { id })).body);
    expect((await detail(world.judge, id)).servedBy).toEqual(['email']);
  });

  it('a phone that the petitioner has too tells nobody for certain', async () => {
    const [son, shared] = [newPerson(), newPerson().byPhone];
    const mother = await world.hub.account('citizen', { identifiers: [shared] });
    const about = (identifiers: object[]) => filing('family', son, { identifiers });
    const { id } = await by(world, mother, 'petitions.file', about([son.byNationalId, shared]));
    expect(refused((await serve(world.clerk, { id })).body)).toMatchObject({
      code: 'CONFLICT',
      details: [{ path: 'servedBy' }],
    });
    ok((await serve(world.clerk, { id, servedBy: 'post' })).body);
    expect((await detail(mother, id)).servedBy).toEqual(['post']);
    expect(await messagesTo(world.hub.platform, shared.value)).toHaveLength(1);

    const daughter = newPerson();
    await world.hub.account('citizen', { identifiers: [daughter.byNationalId, shared] });
    const known = await by(world, mother, 'petitions.file', about([daughter.byNationalId, shared]));
    ok((await serve(world.clerk, { id: known.id })).body);
    expect((await detail(world.judge, known.id)).servedBy).toEqual(['account', 'email', 'sms']);
  });

  it('a way that does not exist is named by its path', async () => {
    const { id } = await filed();
    expect(refused((await serve(world.clerk, { id, servedBy: 'pigeon' })).body)).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'servedBy' }],
    });
  });

  it('only staff serve it', async () => {
    const { id, petitioner } = await filed('family');
    expect(refused((await serve(petitioner, { id, servedBy: 'hand' })).body).code).toBe('FORBIDDEN');
    const { body } = await world.hub.http('petitions.serveNotice', { id, servedBy: 'hand' });
    expect(refused(body).code).toBe('UNAUTHENTICATED');
  });

  it('of two who serve it at once, one has served it', async () => {
    const { id } = await filed();
    const token = world.clerk.token;
    const answers = await Promise.all([
      world.hub.http('petitions.serveNotice', { id, servedBy: 'hand' }, { token }),
      world.second.http('petitions.serveNotice', { id, servedBy: 'post' }, { token }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const way = answers[0].status === 200 ? 'hand' : 'post';
    expect((await detail(world.judge, id)).servedBy).toEqual([way]);
    expect(await audited(id)).toEqual([way]);
  });
});
