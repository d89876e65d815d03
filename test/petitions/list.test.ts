import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { by, filing, openPetitions, type PetitionWorld, personWithAccount, petitionerOf } from './world.ts';

describe('petitions.list tells what somebody filed from what is about them', () => {
  let world: PetitionWorld;
  beforeAll(async () => {
    world = await openPetitions();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const listed = async (who: SignedIn, input: object = {}) => {
    const { items } = ok((await world.hub.http('petitions.list', input, { token: who.token })).body);
    return items.map(({ id, relation }) => ({ id, relation }));
  };

  it('to a person, who is a petitioner in one and concerned by another', async () => {
    const { person, me } = await personWithAccount(world);
    const petitioner = await petitionerOf(world, 'family');
    const { id: aboutMe } = await by(world, petitioner, 'petitions.file', filing('family', person));
    const { id: mine } = await by(world, me, 'petitions.file', filing('family', newPerson()));
    expect(await listed(me)).toEqual([{ id: mine, relation: 'mine' }]);
    await by(world, world.clerk, 'petitions.serveNotice', { id: aboutMe });
    expect(await listed(me)).toEqual([
      { id: mine, relation: 'mine' },
      { id: aboutMe, relation: 'aboutMe' },
    ]);
    expect(await listed(me, { relation: 'mine' })).toEqual([{ id: mine, relation: 'mine' }]);
    expect(await listed(me, { relation: 'aboutMe' })).toEqual([{ id: aboutMe, relation: 'aboutMe' }]);
    expect(await listed(me, { relation: 'aboutMe', state: 'filed' })).toEqual([]);
    expect(await listed(petitioner, { relation: 'aboutMe' })).toEqual([]);
  });

  it('to the staff of an operator, whose colleagues’ petitions are theirs', async () => {
    const staff = await petitionerOf(world, 'operator');
    const { operatorId } = staff.account;
    const colleague = await world.hub.account('operator', { operatorId: operatorId ?? '' });
    const { id } = await by(world, staff, 'petitions.file', filing('operator', newPerson()));
    expect(await listed(colleague, { relation: 'mine' })).toEqual([{ id, relation: 'mine' }]);
    expect(await listed(colleague, { relation: 'aboutMe' })).toEqual([]);
  });

  it('to staff, who see all and pick out what they filed themselves', async () => {
    const petitioner = await petitionerOf(world, 'family');
    const { id: theirs } = await by(world, petitioner, 'petitions.file', filing('family', newPerson()));
    const { id: mine } = await by(world, world.judge, 'petitions.file', filing('court', newPerson()));
    const all = await listed(world.judge);
    expect(all).toContainEqual({ id: theirs, relation: null });
    expect(all).toContainEqual({ id: mine, relation: 'mine' });
    expect(await listed(world.judge, { relation: 'mine' })).toEqual([{ id: mine, relation: 'mine' }]);
  });

  it('and takes no other relation', async () => {
    const { token } = world.clerk;
    const { status, body } = await world.hub.http('petitions.list', { relation: 'theirs' }, { token });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      ok: false,
      error: { code: 'INVALID_INPUT', details: [{ path: 'relation' }] },
    });
  });
});
