import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import { longestRun } from '@kinga/server/domains/tokens/fraud/sequential-ids.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { alertsOf, newTill, type Till } from './support.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(() => hub[Symbol.asyncDispose]());

/** Numbers far apart, so that nobody's neighbours are meant. */
let far = 910_000_000;
const idFarAway = (): Identifier => {
  far += 1_000;
  return { type: 'nationalId', value: String(far) };
};
const about = async (kind: string, till: Till) =>
  (await alertsOf(hub, kind)).filter(({ operatorId }) => operatorId === till.operatorId);

describe('a phone on many ids', () => {
  it('is normal in a family and told of beyond it, over all operators, once', async () => {
    const [till, other] = [await newTill(hub), await newTill(hub)];
    const { byPhone } = newPerson();
    for (let i = 0; i < 4; i++) await (i % 2 ? till : other).issue([idFarAway(), byPhone]);
    expect(await alertsOf(hub, 'tokens.shared-contact')).toEqual([]);
    await till.issue([idFarAway(), byPhone]);
    await other.issue([idFarAway(), byPhone]);
    const alerts = await alertsOf(hub, 'tokens.shared-contact');
    expect(alerts).toMatchObject([{ count: 2, facts: { people: 6, peopleMax: 4, type: 'phone' } }]);
    expect(JSON.stringify(alerts)).not.toContain(byPhone.value.slice(4));
  });

  it('two of them are told of in one order for everybody, whichever stands on more people', async () => {
    const till = await newTill(hub);
    const contacts = [newPerson().byPhone, newPerson().byPhone]
      .map((contact) => ({ contact, key: keysOf(hub.platform.crypto, [contact], '')[0]!.key }))
      .sort((a, b) => Buffer.compare(a.key, b.key));
    const [first, second] = contacts.map(({ contact }) => contact) as [Identifier, Identifier];
    for (let i = 0; i < 5; i++) await till.issue([idFarAway(), first]);
    for (let i = 0; i < 7; i++) await till.issue([idFarAway(), second]);
    const [later, earlier] = await about('tokens.shared-contact', till);
    expect([earlier?.facts.people, later?.facts.people]).toEqual([5, 7]);
    const holder = await hub.database.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM alerts WHERE id = $1 FOR UPDATE', [earlier?.id]);
      const issuing = till.issue([idFarAway(), second, first]);
      await probe(async () => {
        const { rowCount } = await hub.database.pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
           AND query LIKE 'INSERT INTO alerts%'`,
        );
        return rowCount === 1;
      });
      // Whoever waits for the first has not taken the second yet.
      await holder.query('SELECT FROM alerts WHERE id = $1 FOR UPDATE NOWAIT', [later?.id]);
      await holder.query('ROLLBACK');
      await issuing;
    } finally {
      holder.release(true);
    }
  });

  it('one person at many operators is one person', async () => {
    const person = newPerson();
    const before = await alertsOf(hub, 'tokens.shared-contact');
    for (let i = 0; i < 5; i++) await (await newTill(hub)).issue([person.byPhone, idOf(person.nationalId)]);
    expect(await alertsOf(hub, 'tokens.shared-contact')).toEqual(before);
  });

  const idOf = (value: string): Identifier => ({ type: 'nationalId', value });
});

describe('one person at many operators within minutes', () => {
  it('is told of from the sixth on', async () => {
    const id = idFarAway();
    for (let i = 0; i < 5; i++) await (await newTill(hub)).issue([id]);
    expect(await alertsOf(hub, 'tokens.many-operators')).toEqual([]);
    await (await newTill(hub)).issue([id]);
    await (await newTill(hub)).issue([id]);
    expect(await alertsOf(hub, 'tokens.many-operators')).toMatchObject([
      { count: 2, facts: { operators: 7, operatorsMax: 5 } },
    ]);
  });

  it('is no sign when the operators bring in their whole customer bases', async () => {
    const before = await alertsOf(hub, 'tokens.many-operators');
    const items = Array.from({ length: 30 }, (_, i) => ({ ref: `${i}`, identifiers: [idFarAway()] }));
    for (let i = 0; i < 7; i++) await (await newTill(hub)).ask('tokens.issueMany', { items });
    expect(await alertsOf(hub, 'tokens.many-operators')).toEqual(before);
  });
});

describe('national ids that follow each other', () => {
  const idAt = (number: number): Identifier[] => [{ type: 'nationalId', value: String(number) }];

  it('are told of when an operator issues them one by one, in whatever order', async () => {
    const till = await newTill(hub);
    for (const offset of [3, 1, 5, 0, 2]) await till.issue(idAt(700_000_000 + offset));
    expect(await about('tokens.sequential-ids', till)).toEqual([]);
    await till.issue(idAt(700_000_004));
    expect(await about('tokens.sequential-ids', till)).toMatchObject([
      { facts: { run: 6, runMin: 6, isBulk: false } },
    ]);
  });

  it('are normal as far as they go in a sorted customer base, and told of when they are made up', async () => {
    const till = await newTill(hub);
    const batch = (numbers: number[]) =>
      till.ask('tokens.issueMany', { items: numbers.map((n) => ({ ref: `${n}`, identifiers: idAt(n) })) });
    await batch(Array.from({ length: 100 }, (_, i) => 710_000_000 + Math.floor(i / 10) * 50 + (i % 10)));
    expect(await about('tokens.sequential-ids', till)).toEqual([]);
    await batch(Array.from({ length: 100 }, (_, i) => 720_000_000 + i));
    expect(await about('tokens.sequential-ids', till)).toMatchObject([{ facts: { run: 100, isBulk: true } }]);
  });

  it('the longest run is found whatever the order and however often a number comes', () => {
    expect(longestRun([])).toBe(0);
    expect(longestRun(['7'])).toBe(1);
    expect(longestRun(['3', '9', '1', '2', '2', '10'])).toBe(3);
  });
});

describe('two records of one person', () => {
  it('are told of when an operator names both ids at once, and the first token answers for both', async () => {
    const till = await newTill(hub);
    const person = newPerson();
    const first = await till.issue([person.byNationalId]);
    const second = await till.issue([person.byPassport]);
    expect(second.token).not.toBe(first.token);
    expect(await till.issue([person.byPassport, person.byNationalId])).toEqual(first);
    expect(await till.issue([person.byPassport])).toEqual(second);
    expect(await about('tokens.duplicate-person', till)).toMatchObject([
      { severity: 'warning', facts: { first: first.handle, second: second.handle } },
    ]);
  });

  it('a person with two accounts is told of; a whole customer base with many of them once', async () => {
    const till = await newTill(hub);
    const person = newPerson();
    await till.issue(person.identifiers, 'one');
    expect(await about('tokens.duplicate-person', till)).toEqual([]);
    const { handle } = await till.issue(person.identifiers, 'two');
    expect(await about('tokens.duplicate-person', till)).toMatchObject([{ facts: { handle, customers: 2 } }]);
    const bulk = await newTill(hub);
    const items = [...newPeople(30), ...newPeople(30)].flatMap(({ identifiers }, i) =>
      ['a', 'b'].map((account) => ({ ref: `${i}${account}`, identifiers, customerId: `${i}${account}` })),
    );
    await bulk.ask('tokens.issueMany', { items });
    expect(await about('tokens.duplicate-person', bulk)).toMatchObject([{ facts: { people: 60 }, count: 1 }]);
  });
});
