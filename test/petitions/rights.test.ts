import { afterAll, beforeAll, expect, it } from 'vitest';
import { messagesTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { by, filing, openPetitions, type PetitionWorld, personWithAccount } from './world.ts';

let world: PetitionWorld;
beforeAll(async () => {
  world = await openPetitions();
});
afterAll(() => world[Symbol.asyncDispose]());

it('the day in a notice is the day in Nairobi', async () => {
  const { person, me } = await personWithAccount(world);
  const { id } = await by(world, world.clerk, 'petitions.file', filing('court', person));
  const { hearingEndsAt } = await by(world, world.clerk, 'petitions.serveNotice', { id });
  const [notice] = await messagesTo(world.hub.platform, me.email);
  const time = new Date(hearingEndsAt!).toLocaleTimeString('en-GB', {
    timeZone: 'Africa/Nairobi',
    hour: '2-digit',
    minute: '2-digit',
  });
  expect(JSON.stringify(notice)).toContain(time);
});

it('family who share a phone may petition for each other', async () => {
  const [mother, son] = [newPerson(), newPerson()];
  const asked = await world.hub.account('citizen', { identifiers: [mother.byNationalId, son.byPhone] });
  expect((await by(world, asked, 'petitions.file', filing('family', son))).state).toBe('filed');
});
