import { describe, expect, it } from 'vitest';
import { seedRegister } from '../bench/harness/seed.ts';
import type { RegisterNode } from '../exclusions/nodes.ts';
import type { TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { asAdmin, exclude, type House, newHouse, startWithRegister } from './support.ts';

let hub: TestHub;
let register: RegisterNode;
/** More than two transactions of the propagator take. */
const PEOPLE = 2_500;

startWithRegister((started) => {
  ({ hub, register } = started);
});

const receiptsOf = async ({ operatorId }: House) =>
  (await asAdmin(hub, 'propagation.receipts', { operatorId })).items;

async function lift(id: string, at?: number): Promise<void> {
  const lifting = {
    reasonCode: 'test',
    by: { actor: 'system' },
    ...(at === undefined ? {} : { at }),
  } as const;
  const { told } = await register.platform.db.transaction((tx) =>
    register.exclusions.liftWithin(tx, id, lifting),
  );
  await told();
}

describe('after a registration', () => {
  it('an extension is told, and asks nobody to close an account that is closed', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    const { token } = await house.issue(person.identifiers);
    const { events } = await house.listen();
    const { id } = await exclude(hub, person.identifiers, { period: '30d' });
    await probe(() => events.length === 1);
    await house.ask('operators.reportClosed', { tokens: [token] });
    await asAdmin(hub, 'exclusions.extend', { id, period: '1y' });
    await probe(() => events.length === 2);
    expect(events.map(({ type }) => type)).toEqual(['registered', 'extended']);
    const [extended, registered] = await receiptsOf(house);
    expect(extended).toMatchObject({ type: 'extended', closedAt: registered?.closedAt });
    const { items } = await asAdmin(hub, 'propagation.status', { exclusionId: id });
    expect(items).toMatchObject([{ operatorId: house.operatorId, receipts: 2, closed: 2, unclosed: 0 }]);
  });

  it('a lifting is told, and nobody has to close the account any more', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    await house.issue(person.identifiers);
    const { events } = await house.listen();
    const { id } = await exclude(hub, person.identifiers);
    await probe(() => events.length === 1);
    expect((await receiptsOf(house)).map(({ mustClose }) => mustClose)).toEqual([true]);
    await lift(id);
    await probe(() => events.length === 2);
    expect(events[1]?.type).toBe('lifted');
    expect((await receiptsOf(house)).map(({ mustClose }) => mustClose)).toEqual([false, false]);
  });

  it('a lifting to come leaves the account to be closed until then', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    await house.issue(person.identifiers);
    const { events } = await house.listen();
    const { id } = await exclude(hub, person.identifiers);
    const at = Date.now() + 86_400_000;
    await lift(id, at);
    await probe(() => events.length === 2);
    const { rows } = await hub.database.pool.query<{ must_close: boolean; excluded_until: Date | null }>(
      `SELECT must_close, excluded_until FROM propagation_receipts
       WHERE tenant_id = $1 AND type = 'registered'`,
      [house.operatorId],
    );
    expect(rows).toEqual([{ must_close: true, excluded_until: new Date(at) }]);
  });

  it('something else a person is known by is told to whoever knows them by it', async () => {
    const house = await newHouse(hub);
    const [person, unknown] = newPeople(2);
    const { handle } = await house.issue([unknown!.byPassport]);
    const { events } = await house.listen();
    await exclude(hub, person!.identifiers);
    const found = await asAdmin(hub, 'exclusions.findPeople', { identifiers: [person!.byNationalId] });
    const added = { personId: found.items[0]?.id, identifier: unknown!.byPassport };
    await asAdmin(hub, 'exclusions.addIdentifier', added);
    await probe(() => events.length === 1);
    expect(events[0]).toMatchObject({ type: 'identified', data: { handle } });
    expect(await receiptsOf(house)).toMatchObject([{ mustClose: true }]);
  });
});

describe('people whom nobody has a token of', () => {
  it('are passed over, however many there are, and the next change is told as ever', async () => {
    const house = await newHouse(hub);
    const { events } = await house.listen();
    const before = await cursor();
    // One batch after the other: of two at once one waits for the other's locks, and only for so long.
    for (const upTo of [1_000, 2_000, PEOPLE]) {
      await seedRegister(hub.platform.db, hub.platform.crypto, upTo, () => {});
    }
    await probe(async () => (await cursor()) === before + PEOPLE);
    expect(events).toEqual([]);
    const { rows } = await hub.database.pool.query(
      `SELECT (SELECT count(*)::int FROM outbox WHERE topic LIKE 'operators/%/changes') AS waiting,
              (SELECT count(*)::int FROM propagation_receipts WHERE register_seq > $1) AS receipts`,
      [before],
    );
    expect(rows).toEqual([{ waiting: 0, receipts: 0 }]);
    const person = newPerson();
    await house.issue(person.identifiers);
    await exclude(hub, person.identifiers);
    await probe(() => events.length === 1);
  });
});

async function cursor(): Promise<number> {
  const { rows } = await hub.database.pool.query<{ seq: number }>(
    'SELECT register_seq::float8 AS seq FROM propagation_cursor',
  );
  return rows[0]?.seq ?? -1;
}
