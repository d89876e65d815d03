import { pruneReceipts } from '@kinga/server/domains/propagation/index.ts';
import { VERSION_ONE } from '@kinga/shared/policy/version-one.ts';
import { describe, expect, it } from 'vitest';
import type { RegisterNode } from '../exclusions/nodes.ts';
import type { TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { asAdmin, exclude, type House, newHouse, startWithRegister } from './support.ts';

const YEARS = VERSION_ONE.retention.receiptsYears;

let hub: TestHub;
let register: RegisterNode;

startWithRegister((started) => {
  ({ hub, register } = started);
});

interface Case {
  readonly house: House;
  readonly token: string;
  readonly exclusionId: string;
}

async function concerned(period: string): Promise<Case> {
  const house = await newHouse(hub);
  const person = newPerson();
  const { token } = await house.issue(person.identifiers);
  const { id } = await exclude(hub, person.identifiers, { period });
  await told(house, 1);
  return { house, token, exclusionId: id };
}

const told = (house: House, head: number) =>
  probe(async () => (await house.ask('operators.acknowledged')).head === head);

async function lift({ house, exclusionId }: Case): Promise<void> {
  const { told: tell } = await register.platform.db.transaction((tx) =>
    register.exclusions.liftWithin(tx, exclusionId, { reasonCode: 'test', by: { actor: 'system' } }),
  );
  await tell();
  await told(house, 2);
}

/** As if everything that is known of an operator's changes had been so many years and days earlier. */
async function earlier({ house }: Case, by: { years: number; days: number }): Promise<void> {
  const times = ['effective_at', 'committed_at', 'acknowledged_at', 'closed_at', 'excluded_until'];
  const moved = times.map((time) => `${time} = ${time} - make_interval(years => $2, days => $3)`).join(', ');
  await hub.database.pool.query(`UPDATE propagation_receipts SET ${moved} WHERE tenant_id = $1`, [
    house.operatorId,
    by.years,
    by.days,
  ]);
}

const left = async ({ house }: Case) =>
  (await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId })).items.length;

const prune = () => pruneReceipts(hub.platform.db);
const LONG = { years: YEARS, days: 3 };

describe('receipts', () => {
  it('go when their exclusion has been over for as long as the policy says, and not before', async () => {
    const [old, young, unclosed] = [await concerned('24h'), await concerned('24h'), await concerned('24h')];
    for (const { house } of [old, young, unclosed]) await house.ask('operators.acknowledge', { seq: 1 });
    for (const { house, token } of [old, young])
      await house.ask('operators.reportClosed', { tokens: [token] });
    await earlier(old, LONG);
    await earlier(unclosed, LONG);
    await earlier(young, { years: YEARS, days: 0 });
    await prune();
    expect([await left(old), await left(unclosed), await left(young)]).toEqual([0, 0, 1]);
  });

  it('that are not acknowledged stay for ever', async () => {
    const open = await concerned('24h');
    await earlier(open, LONG);
    await prune();
    expect(await left(open)).toBe(1);
  });

  it('of an exclusion that holds stay, whether the account is closed or is still to be', async () => {
    const [closed, unclosed] = [await concerned('permanent'), await concerned('1y')];
    for (const { house } of [closed, unclosed]) await house.ask('operators.acknowledge', { seq: 1 });
    await closed.house.ask('operators.reportClosed', { tokens: [closed.token] });
    await earlier(closed, LONG);
    await earlier(unclosed, LONG);
    await prune();
    expect([await left(closed), await left(unclosed)]).toEqual([1, 1]);
  });

  it('of a lifted exclusion go so long after the lifting, closed or not', async () => {
    const [closed, unclosed] = [await concerned('1y'), await concerned('1y')];
    await closed.house.ask('operators.reportClosed', { tokens: [closed.token] });
    for (const one of [closed, unclosed]) {
      await lift(one);
      await one.house.ask('operators.acknowledge', { seq: 2 });
    }
    await prune();
    expect([await left(closed), await left(unclosed)]).toEqual([2, 2]);
    await earlier(closed, LONG);
    await earlier(unclosed, LONG);
    await prune();
    expect([await left(closed), await left(unclosed)]).toEqual([0, 0]);
  });
});
