import { describe, expect, it } from 'vitest';
import type { RegisterNode } from '../exclusions/nodes.ts';
import type { TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { asAdmin, exclude, type House, newHouse, startWithRegister } from './support.ts';

let hub: TestHub;
let register: RegisterNode;

startWithRegister((started) => {
  ({ hub, register } = started);
});

const DAY_MS = 86_400_000;

/** Everything that the register and the tokens have said by now is told. */
async function settled(): Promise<void> {
  await probe(async () => {
    const { rows } = await hub.database.pool.query<{ done: boolean }>(
      `SELECT c.register_seq = h.seq AND c.token_seq = (SELECT max(seq) FROM token_changes)
              AND NOT EXISTS (SELECT FROM outbox) AS done
       FROM propagation_cursor c, register_head h`,
    );
    return rows[0]?.done;
  });
}

const receiptsOf = async ({ operatorId }: House) =>
  (await asAdmin(hub, 'propagation.receipts', { operatorId })).items;

describe('a standing exclusion', () => {
  it('is told again when another customer of the operator turns out to be the person, and once only', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    const { token, handle } = await house.issue(person.identifiers, 'first');
    const { events } = await house.listen();
    const { seq: registerSeq } = await exclude(hub, person.identifiers);
    await probe(() => events.length === 1);
    await house.ask('operators.reportClosed', { tokens: [token] });
    await house.ask('tokens.map', { token, customerId: 'second' });
    await house.ask('tokens.map', { token, customerId: 'second' });
    await probe(() => events.length === 2);
    expect(events[1]).toMatchObject({
      type: 'registered',
      data: { token, handle, registerSeq, customerIds: ['first', 'second'] },
    });
    await house.issue(person.identifiers, 'third');
    await house.issue(person.identifiers, 'third');
    await probe(() => events.length === 3);
    expect(events[2]?.data.customerIds).toEqual(['first', 'second', 'third']);
    await settled();
    expect(events).toHaveLength(3);
    expect(
      (await receiptsOf(house)).map(({ mustClose, closedAt }) => mustClose && closedAt === null),
    ).toEqual([true, true, false]);
  });

  it('is told again when the operator takes up a person whom it had given up, and not when a token is rotated', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    const { token } = await house.issue(person.identifiers, 'a customer');
    const { events } = await house.listen();
    await exclude(hub, person.identifiers);
    await probe(() => events.length === 1);
    const rotated = await house.ask('tokens.rotate', { token });
    await settled();
    expect(events).toHaveLength(1);
    await house.ask('tokens.revoke', { token: rotated.token });
    const again = await house.issue(person.identifiers);
    await probe(() => events.length === 2);
    expect(events[1]?.data).toMatchObject({ token: again.token, handle: again.handle, customerIds: [] });
    await house.ask('tokens.rotate', { token: again.token });
    await settled();
    expect(events).toHaveLength(2);
  });

  it('is told from when it holds, also when another one is still to come', async () => {
    const person = newPerson();
    const now = await exclude(hub, person.identifiers, { period: '24h' });
    const startsAt = new Date(Date.now() + DAY_MS / 2).toISOString();
    await exclude(hub, person.identifiers, { period: '1y', startsAt });
    const house = await newHouse(hub);
    const { events } = await house.listen();
    await house.issue(person.identifiers);
    await probe(() => events.length > 0);
    expect(events[0]?.data.effectiveAt).toBe(now.startsAt);
  });
});

describe('an exclusion that is still to come', () => {
  it('takes effect at its beginning, whatever is changed of it before', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    await house.issue(person.identifiers);
    const { events } = await house.listen();
    const startsAt = new Date(Date.now() + 40 * DAY_MS).toISOString();
    const { id } = await exclude(hub, person.identifiers, { period: '30d', startsAt });
    await probe(() => events.length === 1);
    await asAdmin(hub, 'exclusions.extend', { id, period: '1y' });
    const found = await asAdmin(hub, 'exclusions.findPeople', { identifiers: [person.byNationalId] });
    await asAdmin(hub, 'exclusions.addIdentifier', {
      personId: found.items[0]?.id,
      identifier: person.byPassport,
    });
    await probe(() => events.length === 3);
    expect(events.map(({ type }) => type)).toEqual(['registered', 'extended', 'identified']);
    expect(events.map(({ data }) => data.effectiveAt)).toEqual([startsAt, startsAt, startsAt]);
  });
});

describe('somebody known by the number of another', () => {
  it('has their account closed for their own exclusion, whatever becomes of the other’s', async () => {
    const [one, two] = newPeople(2);
    const house = await newHouse(hub);
    await house.issue([one!.byNationalId, two!.byPhone]);
    const { events } = await house.listen();
    await exclude(hub, [one!.byNationalId]);
    const { id } = await exclude(hub, [two!.byNationalId, two!.byPhone]);
    await probe(() => events.length === 2);
    const { told } = await register.platform.db.transaction((tx) =>
      register.exclusions.liftWithin(tx, id, { reasonCode: 'test', by: { actor: 'system' } }),
    );
    await told();
    await probe(() => events.length === 3);
    const [lifted, theirs, own] = await receiptsOf(house);
    expect([lifted?.type, lifted?.mustClose]).toEqual(['lifted', false]);
    expect([theirs?.mustClose, own?.mustClose]).toEqual([true, true]);
  });
});
