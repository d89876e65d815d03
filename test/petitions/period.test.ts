import { PERIODS } from '@kinga/shared/exclusions/exclusion.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { by, filing, openPetitions, type PetitionWorld } from './world.ts';

describe('nobody is excluded for longer than they were heard on', () => {
  let world: PetitionWorld;
  beforeAll(async () => {
    world = await openPetitions();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  async function heard(more: object) {
    const person = newPerson();
    const { id } = await by(world, world.clerk, 'petitions.file', filing('court', person, more));
    await by(world, world.clerk, 'petitions.serveNotice', { id });
    await by(world, world.judge, 'petitions.respond', { id, hearing: 'heard', statement: 'No.' });
    return { id, person };
  }
  const decide = (id: string, more: object, hub = world.hub) => {
    const input = { id, decision: 'upheld', reason: 'As shown.', ...more };
    return hub.http('petitions.decide', input, { token: world.judge.token });
  };

  it.each(PERIODS)(
    'asked for %s: every longer period is refused by its name, and nothing is decided',
    async (period) => {
      const { id, person } = await heard({ period });
      for (const longer of PERIODS.slice(PERIODS.indexOf(period) + 1)) {
        expect(refused((await decide(id, { period: longer })).body)).toMatchObject({
          code: 'INVALID_INPUT',
          details: [{ path: 'period', message: expect.stringContaining(period) }],
        });
      }
      expect(await by(world, world.clerk, 'petitions.get', { id })).toMatchObject({ state: 'heard', period });
      expect(await world.status(person.byNationalId)).toBe('CLEAR');
      expect(ok((await decide(id, { period })).body)).toMatchObject({ decision: 'upheld', period });
    },
  );

  it('a shorter one is what the exclusion then has, also where it was provisional for longer', async () => {
    for (const more of [{}, { provisional: { grounds: 'urgent' } }]) {
      const { id } = await heard({ period: '1y', ...more });
      expect(ok((await decide(id, { period: '7d' })).body).period).toBe('7d');
      const { token } = world.judge;
      const { exclusionId } = ok((await world.hub.http('petitions.get', { id }, { token })).body);
      const exclusion = ok((await world.hub.http('exclusions.get', { id: exclusionId! }, { token })).body);
      expect(exclusion).toMatchObject({ period: '7d', status: 'active' });
      expect(Date.parse(exclusion.endsAt!) - Date.parse(exclusion.startsAt)).toBe(7 * 86_400_000);
    }
  });

  it('of a shorter and a longer one at once, only the shorter is decided', async () => {
    const { id } = await heard({ period: '30d' });
    const [shorter, longer] = await Promise.all([
      decide(id, { period: '24h' }),
      decide(id, { period: '1y' }, world.second),
    ]);
    expect([shorter.status, longer.status === 200]).toEqual([200, false]);
    expect(await by(world, world.clerk, 'petitions.get', { id })).toMatchObject({ period: '24h' });
  });
});
