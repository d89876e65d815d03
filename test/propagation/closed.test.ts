import { ADVISORY_LOCKS } from '@kinga/server/platform/db/advisory-locks.ts';
import { describe, expect, it } from 'vitest';
import type { RegisterNode } from '../exclusions/nodes.ts';
import { ok } from '../support/client.ts';
import type { TestHub } from '../support/hub.ts';
import { newPerson, type Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { asAdmin, exclude, type House, newHouse, startWithRegister } from './support.ts';

let hub: TestHub;
let register: RegisterNode;

startWithRegister((started) => {
  ({ hub, register } = started);
});

const COURT = { source: 'court', period: 'permanent' } as const;
const DAY_MS = 86_400_000;

/** As the register has them, once there are so many. */
const receiptsOf = ({ operatorId }: House, count: number) =>
  probe(async () => {
    const { items } = await asAdmin(hub, 'propagation.receipts', { operatorId });
    return items.length >= count && items.toSorted((a, b) => a.registerSeq - b.registerSeq);
  });

/** What each of them still asks for. */
const openOf = async (house: House, count: number) =>
  (await receiptsOf(house, count)).map(({ type, mustClose, closedAt }) => [
    type,
    mustClose && closedAt === null,
  ]);

async function lift(id: string, at?: number): Promise<void> {
  const lifting = { reasonCode: 'test', by: { actor: 'system' } } as const;
  const { told } = await register.platform.db.transaction((tx) =>
    register.exclusions.liftWithin(tx, id, { ...lifting, ...(at !== undefined && { at }) }),
  );
  await told();
}

/** What happens meanwhile is told all at once. */
async function atOnce(work: () => Promise<void>): Promise<void> {
  const client = await hub.database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.propagation]);
    await work();
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

/** Somebody excluded, whose account at this operator is closed. */
async function closedHouse(person: Person, more: Readonly<Record<string, unknown>> = {}) {
  const house = await newHouse(hub);
  const { token } = await house.issue(person.identifiers, 'first');
  const { id } = await exclude(hub, person.identifiers, more);
  await receiptsOf(house, 1);
  const { closedAt, reportedAt } = await house.ask('operators.reportClosed', { tokens: [token] });
  return { house, token, id, closed: { closedAt, reportedAt } };
}

describe('an account that is closed', () => {
  it('stays closed when the person is excluded again while that is in force: nobody has to say so again', async () => {
    const person = newPerson();
    const { house, closed } = await closedHouse(person);
    await exclude(hub, person.identifiers, COURT);
    await exclude(hub, [person.byNationalId, { type: 'email', value: `again-${person.email}` }], COURT);
    const receipts = await receiptsOf(house, 3);
    for (const receipt of receipts) expect(receipt).toMatchObject({ mustClose: true, ...closed });
  });

  it('may have been opened again after a lifting, also where a new exclusion is told in the same breath', async () => {
    const [person, another] = [newPerson(), newPerson()];
    const { house, id } = await closedHouse(person);
    await lift(id);
    await receiptsOf(house, 2);
    await exclude(hub, person.identifiers);
    expect((await openOf(house, 3)).at(-1)).toEqual(['registered', true]);

    const second = await closedHouse(another);
    await atOnce(async () => {
      await lift(second.id);
      await exclude(hub, another.identifiers);
    });
    expect(await openOf(second.house, 3)).toEqual([
      ['registered', false],
      ['lifted', false],
      ['registered', true],
    ]);
  });

  it('is known to be one that may be opened again from when a lifting takes effect', async () => {
    const person = newPerson();
    const { house, id } = await closedHouse(person);
    const at = Date.now() + DAY_MS;
    await lift(id, at);
    await receiptsOf(house, 2);
    const { rows } = await hub.database.pool.query<{ excluded_until: Date }>(
      `SELECT excluded_until FROM propagation_receipts WHERE tenant_id = $1 AND type = 'registered'`,
      [house.operatorId],
    );
    expect(rows).toEqual([{ excluded_until: new Date(at) }]);
  });

  it('is to be closed anew when the new exclusion begins after the one it was closed for', async () => {
    const person = newPerson();
    const { house } = await closedHouse(person, { period: '24h' });
    const startsAt = new Date(Date.now() + 2 * DAY_MS).toISOString();
    await exclude(hub, person.identifiers, { ...COURT, startsAt });
    expect(await openOf(house, 2)).toEqual([
      ['registered', false],
      ['registered', true],
    ]);
  });

  it.each(['registered', 'extended'])(
    'says nothing of the account of another customer, told in the same breath as what is %s',
    async (type) => {
      const person = newPerson();
      const { house, token, id } = await closedHouse(person, { period: '30d' });
      await atOnce(async () => {
        await house.ask('tokens.map', { token, customerId: 'second' });
        if (type === 'registered') await exclude(hub, person.identifiers, COURT);
        else await asAdmin(hub, 'exclusions.extend', { id, period: '1y' });
      });
      expect(await openOf(house, 2)).toEqual([
        ['registered', false],
        [type, true],
      ]);
    },
  );

  it('stays closed when a petition is upheld for another period than was in force until then', async () => {
    const [clerk, judge] = [await hub.account('regulator'), await hub.account('regulator')];
    const person = newPerson();
    const house = await newHouse(hub);
    const { token } = await house.issue([person.byNationalId]);
    const petition = {
      ...{ source: 'court', ground: 'courtOrder', period: '1y', identifiers: [person.byNationalId] },
      ...{ statement: 'An order.', provisional: { grounds: 'Urgent.' } },
    };
    const { id } = ok((await hub.http('petitions.file', petition, clerk)).body);
    await receiptsOf(house, 1);
    await house.ask('operators.reportClosed', { tokens: [token] });
    ok((await hub.http('petitions.serveNotice', { id, servedBy: 'court' }, clerk)).body);
    ok((await hub.http('petitions.respond', { id, hearing: 'heard', statement: 'No.' }, judge)).body);
    const decision = { id, decision: 'upheld', reason: 'As shown.', period: '7d' };
    ok((await hub.http('petitions.decide', decision, judge)).body);
    const types = await probe(async () => {
      const all = (await receiptsOf(house, 3)).map(({ type }) => type);
      return all.at(-1) === 'lifted' && all;
    });
    expect(types.at(-2)).toBe('registered');
    const { items } = await asAdmin(hub, 'propagation.status', { operatorId: house.operatorId });
    expect(items).toMatchObject([{ operatorId: house.operatorId, unclosed: 0 }]);
  });
});
