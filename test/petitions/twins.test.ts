import { PETITION_SOURCES } from '@kinga/shared/petitions/contract.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SignedIn } from '../support/accounts.ts';
import { ok, refused } from '../support/client.ts';
import { newPerson } from '../support/people.ts';
import { by, filing, openPetitions, type PetitionWorld, petitionerOf } from './world.ts';

describe('one side asks for one person once, until it is decided', () => {
  let world: PetitionWorld;
  beforeAll(async () => {
    world = await openPetitions();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const ask = (who: SignedIn, input: object, hub = world.hub) =>
    hub.http('petitions.file', input, { token: who.token });

  async function expectTwin(who: SignedIn, input: object, id: string): Promise<void> {
    expect(refused((await ask(who, input)).body)).toMatchObject({
      code: 'CONFLICT',
      details: [{ path: 'identifiers', message: expect.stringContaining(id) }],
    });
  }

  for (const source of PETITION_SOURCES) {
    it(`${source}: the second is refused and names the first, until that is over`, async () => {
      const person = newPerson();
      const who = await petitionerOf(world, source);
      const { id } = await by(world, who, 'petitions.file', filing(source, person));
      const again = filing(source, person, {
        identifiers: [person.byNationalId],
        period: '30d',
        provisional: { grounds: 'urgent' },
      });
      await expectTwin(who, again, id);
      expect(await world.status(person.byNationalId)).toBe('CLEAR');
      await by(world, world.judge, 'petitions.serveNotice', { id });
      await expectTwin(who, again, id);
      await by(world, world.judge, 'petitions.respond', { id, hearing: 'waived', statement: 'No word.' });
      await expectTwin(who, again, id);
      await by(world, world.judge, 'petitions.decide', { id, decision: 'dismissed', reason: 'No.' });
      const next = await by(world, who, 'petitions.file', again);
      await by(world, who, 'petitions.withdraw', { id: next.id });
      expect((await by(world, who, 'petitions.file', again)).state).toBe('filed');
    });
  }

  it('colleagues of an operator, and all of staff for a court, are one side', async () => {
    const person = newPerson();
    const mine = await petitionerOf(world, 'operator');
    const colleague = await world.hub.account('operator', { operatorId: mine.account.operatorId! });
    const { id } = await by(world, mine, 'petitions.file', filing('operator', person));
    await expectTwin(colleague, filing('operator', person), id);
    const order = await by(world, world.clerk, 'petitions.file', filing('court', person));
    await expectTwin(world.judge, filing('court', person), order.id);
  });

  it('another side asks for itself, and learns nothing of the first', async () => {
    const person = newPerson();
    const [one, other] = [await petitionerOf(world, 'operator'), await petitionerOf(world, 'operator')];
    const [mother, sister] = [await petitionerOf(world, 'family'), await petitionerOf(world, 'family')];
    for (const who of [one, other]) ok((await ask(who, filing('operator', person))).body);
    for (const who of [mother, sister]) ok((await ask(who, filing('family', person))).body);
    for (const source of ['court', 'regulator'] as const) {
      ok((await ask(world.clerk, filing(source, person))).body);
    }
  });

  it('who shares a phone is somebody else where documents say so, and nowhere else', async () => {
    const [son, daughter] = [newPerson(), newPerson()];
    const mother = await petitionerOf(world, 'family');
    const about = (identifiers: object[]) => filing('family', son, { identifiers });
    const first = await by(world, mother, 'petitions.file', about([son.byNationalId, son.byPhone]));
    ok((await ask(mother, about([daughter.byNationalId, son.byPhone]))).body);
    await expectTwin(mother, about([son.byPhone]), first.id);
    await expectTwin(mother, about([son.byEmail, son.byPassport, son.byNationalId]), first.id);

    const known = newPerson();
    const byPhone = await by(world, mother, 'petitions.file', about([known.byPhone]));
    await expectTwin(mother, about([known.byPhone, known.byEmail]), byPhone.id);
    await expectTwin(mother, about([known.byPhone, known.byNationalId]), byPhone.id);
  });

  it('of several at once on two nodes one is filed, and the others name it', async () => {
    for (const source of ['operator', 'court'] as const) {
      const person = newPerson();
      const who = await petitionerOf(world, source);
      // Each names the document among others of its own: what they share is one key.
      const inputs = Array.from({ length: 6 }, () => {
        const { byEmail, byPassport } = newPerson();
        return filing(source, person, { identifiers: [byEmail, byPassport, person.byNationalId] });
      });
      const answers = await Promise.all(
        inputs.map((input, index) => ask(who, input, index % 2 === 0 ? world.hub : world.second)),
      );
      const filed = answers.filter(({ status }) => status === 200);
      expect(filed).toHaveLength(1);
      const { id } = ok(filed[0]!.body);
      for (const { body } of answers.filter(({ status }) => status !== 200)) {
        expect(refused(body)).toMatchObject({
          code: 'CONFLICT',
          details: [{ path: 'identifiers', message: expect.stringContaining(id) }],
        });
      }
    }
  });

  it('the same call under its key is answered as it was, whatever is open by then', async () => {
    const input = filing('court', newPerson());
    const options = { token: world.clerk.token, headers: { 'Idempotency-Key': 'order-77' } };
    const first = ok((await world.hub.http('petitions.file', input, options)).body);
    expect(ok((await world.second.http('petitions.file', input, options)).body)).toEqual(first);
    await expectTwin(world.clerk, input, first.id);
  });
});
