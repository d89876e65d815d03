import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callBy, refusal } from '../../support/call.ts';
import { newPeople, newPerson } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { OPERATOR } from '../nodes.ts';
import { account } from '../support.ts';
import { openPeople, type PeopleWorld } from './support.ts';

let world: PeopleWorld;
beforeAll(async () => {
  world = await openPeople({ quietDays: 30 });
});
afterAll(() => world[Symbol.asyncDispose]());

async function registered(...args: Parameters<PeopleWorld['node']['register']>) {
  const exclusion = await world.node.register(...args);
  const [personId] = await world.ownersOf(args[0][0]!);
  return { exclusion, personId: personId! };
}

describe('a person of the register', () => {
  it('is read and found with what they are known by, and each reading is audited', async () => {
    const person = newPerson();
    const { exclusion, personId } = await registered([person.byNationalId, person.byPhone]);
    const read = await world.staff.getPerson(personId);
    expect(read).toMatchObject({ id: personId, mergedInto: null, merges: [], name: null });
    expect(read.identifiers).toEqual([person.byNationalId, person.byPhone]);
    expect(read.exclusions.map(({ id }) => id)).toEqual([exclusion.id]);
    expect((await world.staff.findPeople([person.byPhone])).items).toEqual([read]);
    expect((await world.staff.findPeople([newPerson().byPhone])).items).toEqual([]);
    const { rows } = await world.database.pool.query(
      `SELECT action, actor FROM audit_log WHERE subject = $1 AND action LIKE 'person.%' ORDER BY id`,
      [personId],
    );
    const row = { action: 'person.read', actor: 'account:acc_admin' };
    expect(rows).toEqual([row, row]);
    expect(await refusal(world.staff.getPerson('per_none'))).toMatchObject({
      code: 'NOT_FOUND',
      details: [{ path: 'id' }],
    });
    // Of two ids the one that is nobody's is named.
    for (const [keep, merge, path] of [
      [personId, 'per_none', 'mergeId'],
      ['per_none', personId, 'keepId'],
    ] as const) {
      const error = await refusal(world.staff.mergePeople(keep, merge));
      expect(error).toMatchObject({ code: 'NOT_FOUND', details: [{ path }] });
    }
  });

  it('is excluded under a new identifier at once, on every node, and the operators are told', async () => {
    const person = newPerson();
    const { personId } = await registered([person.byNationalId]);
    const { seq } = await world.staff.addIdentifier({ personId, identifier: person.byPhone });
    expect((await world.node.lookup([person.byPhone])).status).toBe('EXCLUDED');
    await probe(async () => (await world.follower.lookup([person.byPhone])).status === 'EXCLUDED');
    const event = await probe(() => world.follower.events.find((one) => one.seq === seq));
    expect(event).toMatchObject({ type: 'identified' });
    const again = await world.staff.addIdentifier({ personId, identifier: person.byPhone });
    expect(again).toEqual({ personId, seq: null });
  });

  it('is no news once nothing of theirs is in force, nor was in the quiet days before', async () => {
    const person = newPerson();
    const { exclusion, personId } = await registered([person.byNationalId], { period: '24h' });
    const passDays = (days: number) =>
      world.database.pool.query(
        `UPDATE exclusions SET starts_at = starts_at - $2::interval, ends_at = ends_at - $2::interval,
                in_force_until = in_force_until - $2::interval WHERE id = $1`,
        [exclusion.id, `${days} days`],
      );
    await passDays(2);
    const lately = await world.staff.addIdentifier({ personId, identifier: person.byPhone });
    expect(lately.seq).not.toBeNull();
    for (const node of [world.node, world.follower]) {
      await probe(async () => (await node.lookup([person.byPhone], 'marketing')).status === 'EXCLUDED');
      expect((await node.lookup([person.byPhone], 'bet')).status).toBe('CLEAR');
    }
    await passDays(30);
    const added = await world.staff.addIdentifier({ personId, identifier: person.byEmail });
    expect(added).toEqual({ personId, seq: null });
  });

  it('does not take what another is known by: those two are to be merged', async () => {
    const [one, other] = newPeople(2);
    const { personId } = await registered([one!.byNationalId]);
    await registered([other!.byPassport]);
    const error = await refusal(world.staff.addIdentifier({ personId, identifier: other!.byPassport }));
    expect(error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'identifier' }] });
    const malformed = { type: 'phone', value: '07' } as const;
    expect(await refusal(world.staff.addIdentifier({ personId, identifier: malformed }))).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'identifier.value' }],
    });
  });

  it('loses an identifier given by mistake, but never the last one', async () => {
    const person = newPerson();
    const { personId } = await registered([person.byNationalId, person.byPhone]);
    await world.staff.removeIdentifier(personId, person.byPhone);
    expect((await world.node.lookup([person.byPhone])).status).toBe('CLEAR');
    expect((await world.node.lookup([person.byNationalId])).status).toBe('EXCLUDED');
    expect(await refusal(world.staff.removeIdentifier(personId, person.byPhone))).toMatchObject({
      code: 'NOT_FOUND',
      details: [{ path: 'identifier' }],
    });
    const last = await refusal(world.staff.removeIdentifier(personId, person.byNationalId));
    expect(last).toMatchObject({ code: 'CONFLICT', details: [{ path: 'identifier' }] });
  });

  it('is corrected, and what stood there before is kept under seal', async () => {
    const person = newPerson();
    const { personId } = await registered([person.byNationalId]);
    await world.staff.correctPerson({ personId, name: 'Wanjiku', dateOfBirth: '1990-02-01' });
    await world.staff.correctPerson({ personId, name: 'Wanjiru' });
    expect(await world.staff.getPerson(personId)).toMatchObject({
      name: 'Wanjiru',
      dateOfBirth: '1990-02-01',
    });
    const { rows } = await world.database.pool.query<{ content: Buffer }>(
      'SELECT content FROM person_changes WHERE person_id = $1 ORDER BY id',
      [personId],
    );
    const kept = rows.map(({ content }) => JSON.parse(world.node.platform.crypto.open(content)));
    expect(kept.map(({ before }) => before.name)).toEqual([null, 'Wanjiku']);
    expect((await refusal(world.staff.correctPerson({ personId }))).code).toBe('INVALID_INPUT');
  });
});

describe('merged records', () => {
  it('are found by the name of the one with the date of birth of the other, until they are two again', async () => {
    const [one, other, stranger] = newPeople(3);
    const keep = await registered([one!.byNationalId]);
    const merged = await registered([other!.byPassport]);
    const person = { name: 'Zawadi Mutheu Ndinda', dateOfBirth: '1987-10-23' };
    await world.staff.correctPerson({ personId: keep.personId, name: person.name });
    await world.staff.correctPerson({ personId: merged.personId, dateOfBirth: person.dateOfBirth });
    const { lookup } = world.node.exclusions.domain.handlers;
    const status = async () => {
      const ask = { identifiers: [stranger!.byPhone], person, purpose: 'bet' } as const;
      return (await lookup({ ...ask, identifiers: [...ask.identifiers] }, callBy(OPERATOR))).status;
    };
    expect(await status()).toBe('CLEAR');
    const { mergeId } = await world.staff.mergePeople(keep.personId, merged.personId);
    expect(await status()).toBe('UNKNOWN');
    await world.staff.unmergePeople(mergeId);
    expect(await status()).toBe('CLEAR');
  });

  it('are one: everything is the kept one’s, the other only points to it, and undoing gives all back', async () => {
    const [one, other] = newPeople(2);
    const keep = await registered([one!.byNationalId, one!.byPhone], { period: '30d' });
    const merged = await registered([other!.byPassport, one!.byPhone], { period: '1y' });
    const before = await Promise.all([keep, merged].map(({ personId }) => world.staff.getPerson(personId)));
    const { mergeId } = await world.staff.mergePeople(keep.personId, merged.personId);
    const whole = await world.staff.getPerson(keep.personId);
    expect(whole.identifiers).toHaveLength(3);
    expect(whole.exclusions).toHaveLength(2);
    expect(whole.merges).toMatchObject([{ id: mergeId, personId: merged.personId }]);
    const shell = await world.staff.getPerson(merged.personId);
    expect(shell).toMatchObject({ mergedInto: keep.personId, identifiers: [], exclusions: [] });
    const edits = [
      () => world.staff.addIdentifier({ personId: merged.personId, identifier: other!.byPhone }),
      () => world.staff.mergePeople(merged.personId, keep.personId),
      () => world.staff.mergePeople(keep.personId, merged.personId),
    ];
    for (const edit of edits) expect((await refusal(edit())).code).toBe('CONFLICT');
    expect((await refusal(world.staff.mergePeople(keep.personId, keep.personId))).code).toBe('INVALID_INPUT');
    await world.staff.unmergePeople(mergeId);
    const after = await Promise.all([keep, merged].map(({ personId }) => world.staff.getPerson(personId)));
    expect(after).toEqual(before);
    expect(await refusal(world.staff.unmergePeople(mergeId))).toMatchObject({
      code: 'CONFLICT',
      details: [{ path: 'mergeId' }],
    });
  });

  it('are undone from the last to the first', async () => {
    const people = newPeople(3);
    const [a, b, c] = await Promise.all(people.map((person) => registered([person.byNationalId])));
    const first = await world.staff.mergePeople(a!.personId, b!.personId);
    const second = await world.staff.mergePeople(c!.personId, a!.personId);
    const error = await refusal(world.staff.unmergePeople(first.mergeId));
    expect(error).toMatchObject({ code: 'CONFLICT', details: [{ path: 'mergeId' }] });
    expect(error.message).toContain(second.mergeId);
    await world.staff.unmergePeople(second.mergeId);
    await world.staff.unmergePeople(first.mergeId);
    for (const person of people) {
      expect((await world.node.lookup([person.byNationalId])).status).toBe('EXCLUDED');
    }
  });

  it('of merges of the same two at once, one happens', async () => {
    const [a, b] = await Promise.all(newPeople(2).map((person) => registered([person.byNationalId])));
    const outcomes = await Promise.allSettled([
      world.staff.mergePeople(a!.personId, b!.personId),
      world.staff.mergePeople(b!.personId, a!.personId),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('keep registering while they are merged: nobody is lost between the two', async () => {
    const [one, other] = newPeople(2);
    const [a, b] = await Promise.all([registered([one!.byNationalId]), registered([other!.byNationalId])]);
    await Promise.all([
      world.staff.mergePeople(a.personId, b.personId),
      ...newPeople(5).map((third) => world.node.register([other!.byNationalId, third.byPhone])),
    ]);
    const { identifiers, exclusions } = await world.staff.getPerson(a.personId);
    expect(identifiers).toHaveLength(7);
    expect(exclusions).toHaveLength(7);
  });
});

describe('what is flagged', () => {
  async function flagged() {
    const [one, other] = newPeople(2);
    const a = await registered([one!.byNationalId]);
    const b = await registered([other!.byPassport]);
    const both = await world.node.register([one!.byNationalId, other!.byPassport], { period: '7d' });
    const ids = [a.personId, b.personId].sort();
    return { one: one!, other: other!, ids, both };
  }
  const isListed = async (id: string) =>
    (await world.staff.listForReview()).items.find(({ exclusion }) => exclusion.id === id);

  it('lists the people behind it; the same person: merged', async () => {
    const { ids, both } = await flagged();
    expect(await isListed(both.id)).toMatchObject({ personIds: ids });
    const resolved = await world.staff.resolveReview(both.id, 'same');
    expect(resolved.mergeIds).toHaveLength(1);
    expect(await isListed(both.id)).toBeUndefined();
    expect((await world.staff.getPerson(ids[0]!)).exclusions).toHaveLength(3);
    expect(await refusal(world.staff.resolveReview(both.id, 'same'))).toMatchObject({
      code: 'CONFLICT',
      details: [{ path: 'id' }],
    });
  });

  it('different people: each has it for themselves, under the same terms, and nobody is CLEAR meanwhile', async () => {
    const { one, other, ids, both } = await flagged();
    const before = await world.node.exclusions.stats().replicaSeq;
    const resolved = await world.staff.resolveReview(both.id, 'different');
    expect(resolved).toMatchObject({ mergeIds: [], seq: before + 2 });
    const [copied, ...more] = resolved.exclusionIds;
    expect(more).toEqual([]);
    expect(await isListed(both.id)).toBeUndefined();
    const people = await Promise.all(ids.map((id) => world.staff.getPerson(id)));
    const theirs = people.map(({ exclusions }) =>
      exclusions.find(({ id }) => id === both.id || id === copied),
    );
    expect(theirs.map((own) => own?.id)).toEqual([both.id, copied]);
    const { id: _, reference, seq, ...terms } = theirs[0]!;
    expect(theirs[1]).toMatchObject({ ...terms, needsReview: false });
    expect(theirs[1]!.reference).not.toBe(reference);
    expect(theirs[1]!.seq).toBeGreaterThan(seq);
    // What the one's ends with is no concern of the other.
    await world.database.pool.query(
      `DELETE FROM exclusion_persons WHERE exclusion_id NOT IN ($1, $2) AND person_id = ANY($3)`,
      [both.id, copied, ids],
    );
    const lifting = { reasonCode: 'test', by: { actor: 'system' } } as const;
    const { db } = world.node.platform;
    const { told } = await db.transaction((tx) => world.node.exclusions.liftWithin(tx, copied!, lifting));
    await told();
    await probe(async () => {
      const statuses = await Promise.all(
        [one.byNationalId, other.byPassport].map(async (by) => (await world.node.lookup([by])).status),
      );
      return statuses.sort().join() === 'CLEAR,EXCLUDED';
    });
  });

  it('is split with its history: as long as nobody could end it before, nobody can afterwards', async () => {
    const { both } = await flagged();
    const { handlers } = world.node.exclusions.domain;
    await handlers.extend({ id: both.id, period: '30d' }, callBy(account('admin')));
    const {
      exclusionIds: [copied],
    } = await world.staff.resolveReview(both.id, 'different');
    const terms = async (id: string) => {
      const { rows } = await world.database.pool.query(
        `SELECT e.period, e.ends_at, e.in_force_until, e.registered_at, e.term_starts_at, t.change, t.seq, t.changed_at
         FROM exclusions e JOIN exclusion_terms t ON t.exclusion_id = e.id WHERE e.id = $1`,
        [id],
      );
      return rows;
    };
    expect(await terms(copied!)).toEqual(await terms(both.id));
    expect(await terms(copied!)).toHaveLength(1);
  });

  it('is not split twice by two who decide at once, and what is over is not split', async () => {
    const { both, ids } = await flagged();
    const outcomes = await Promise.allSettled([
      world.staff.resolveReview(both.id, 'different'),
      world.staff.resolveReview(both.id, 'different'),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const id of ids) expect((await world.staff.getPerson(id)).exclusions).toHaveLength(2);
    const past = await flagged();
    await world.database.pool.query(
      `UPDATE exclusions SET starts_at = starts_at - interval '9 days', in_force_until = now() - interval '1 day'
       WHERE id = $1`,
      [past.both.id],
    );
    const resolved = await world.staff.resolveReview(past.both.id, 'different');
    expect(resolved).toMatchObject({ exclusionIds: [], seq: null });
  });
});
