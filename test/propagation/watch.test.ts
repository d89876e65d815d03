import type { PropagationTable } from '@kinga/shared/propagation/contract.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { alertsOf, asAdmin, exclude, type House, listen, newHouse } from './support.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(() => hub[Symbol.asyncDispose]());

const LATE = 'propagation.unacknowledged';
const UNCLOSED = 'propagation.unclosed';

/** An operator with one change that is not acknowledged; returns with its token. */
async function concerned(more: object = {}): Promise<House & { readonly token: string }> {
  const house = await newHouse(hub);
  const person = newPerson();
  const { token } = await house.issue(person.identifiers);
  await exclude(hub, person.identifiers, { ...more });
  await probe(async () => (await house.ask('operators.acknowledged')).head === 1);
  return { ...house, token };
}

/** As if the changes of an operator had been committed so much earlier. */
async function age({ operatorId }: House, by: string): Promise<void> {
  await hub.database.pool.query(
    `UPDATE propagation_receipts SET committed_at = committed_at - $2::interval,
            effective_at = effective_at - $2::interval WHERE tenant_id = $1`,
    [operatorId, by],
  );
}

async function messagesTo(count: number): Promise<boolean> {
  const { rows } = await hub.database.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM messages WHERE template = 'changesUnacknowledged'`,
  );
  return rows[0]?.count === count;
}

describe('an operator that does not acknowledge', () => {
  it('raises one alert after five seconds, which ends by itself when it has caught up', async () => {
    const house = await concerned();
    await age(house, '3 seconds');
    const alert = await probe(async () => (await alertsOf(hub, LATE, house.operatorId))[0]);
    expect(alert).toMatchObject({ severity: 'critical', count: 1, facts: { open: 1 } });
    const [receipt] = (await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId })).items;
    expect(Date.parse(alert.raisedAt) - Date.parse(receipt!.committedAt)).toBeGreaterThanOrEqual(5_000);
    await house.ask('operators.acknowledge', { seq: 1 });
    await probe(async () => (await alertsOf(hub, LATE, house.operatorId)).length === 0);
    const all = await asAdmin(hub, 'alerts.list', { kind: LATE, operatorId: house.operatorId });
    expect(all.items).toHaveLength(1);
  });

  it('is written to after five minutes, and again every hour while that lasts', async () => {
    const house = await concerned();
    await age(house, '6 minutes');
    await probe(() => messagesTo(1));
    const { items } = await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId });
    expect(items[0]?.escalatedAt).not.toBeNull();
    await hub.database.pool.query(
      `UPDATE propagation_operators SET escalated_at = escalated_at - interval '61 minutes' WHERE tenant_id = $1`,
      [house.operatorId],
    );
    await probe(() => messagesTo(2));
    await house.ask('operators.acknowledge', { seq: 1 });
    await probe(async () => (await alertsOf(hub, LATE, house.operatorId)).length === 0);
    expect(await messagesTo(2)).toBe(true);
  });
});

describe('an account that is not reported closed', () => {
  it('is a warning after a day and critical after three, until it is closed', async () => {
    const house = await concerned();
    await house.ask('operators.acknowledge', { seq: 1 });
    await age(house, '25 hours');
    const severities = async () =>
      (await alertsOf(hub, UNCLOSED, house.operatorId)).map(({ severity }) => severity).sort();
    await probe(async () => (await severities()).join() === 'warning');
    await age(house, '48 hours');
    await probe(async () => (await severities()).join() === 'critical,warning');
    await house.ask('operators.reportClosed', { tokens: [house.token] });
    await probe(async () => (await severities()).length === 0);
  });

  it('is alarmed about again when somebody has ended the alarm and it is still open', async () => {
    const house = await concerned();
    await house.ask('operators.acknowledge', { seq: 1 });
    await age(house, '25 hours');
    const first = await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId))[0]);
    await asAdmin(hub, 'alerts.resolve', { id: first.id, resolution: 'Looked at' });
    expect(await alertsOf(hub, UNCLOSED, house.operatorId)).toEqual([]);
    await hub.database.pool.query(
      `UPDATE propagation_operators SET unclosed_warned_at = unclosed_warned_at - interval '61 minutes'
       WHERE tenant_id = $1`,
      [house.operatorId],
    );
    const second = await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId))[0]);
    expect(second).toMatchObject({ severity: 'warning', count: 1 });
    expect(second.id).not.toBe(first.id);
    await house.ask('operators.reportClosed', { tokens: [house.token] });
    await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId)).length === 0);
  });

  it('need not be closed any more once the exclusion is over', async () => {
    const house = await concerned({ period: '24h' });
    await house.ask('operators.acknowledge', { seq: 1 });
    await age(house, '25 hours');
    await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId)).length === 1);
    await hub.database.pool.query(
      `UPDATE propagation_receipts SET excluded_until = clock_timestamp() WHERE tenant_id = $1`,
      [house.operatorId],
    );
    await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId)).length === 0);
  });
});

describe('an operator that is suspended', () => {
  const suspend = (house: House) =>
    asAdmin(hub, 'operators.suspend', { operatorId: house.operatorId, reason: 'under inquiry' });
  const reinstate = (house: House) => asAdmin(hub, 'operators.reinstate', { operatorId: house.operatorId });
  const resolutionsOf = async (kind: string, { operatorId }: House) =>
    (await asAdmin(hub, 'alerts.list', { kind, operatorId })).items.map(({ resolution }) => resolution);
  const mailed = async () =>
    (await hub.database.pool.query(`SELECT FROM messages WHERE template = 'changesUnacknowledged'`)).rowCount;
  /** Since when it has had its time to catch up. */
  const watchedSinceOf = async ({ operatorId }: House) => {
    const { rows } = await hub.database.pool.query<{ watched_since: Date }>(
      'SELECT watched_since FROM propagation_operators WHERE tenant_id = $1',
      [operatorId],
    );
    return rows[0]!.watched_since;
  };

  it('ends its alarms, which says why, and is written to no more until it is reinstated and has had its time', async () => {
    const house = await concerned();
    await house.ask('operators.acknowledge', { seq: 1 });
    const person = newPerson();
    await house.issue(person.identifiers);
    await exclude(hub, person.identifiers);
    await probe(async () => (await house.ask('operators.acknowledged')).head === 2);
    await age(house, '73 hours');
    await probe(async () => (await alertsOf(hub, LATE, house.operatorId)).length === 1);
    await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId)).length === 2);
    await probe(mailed);
    await suspend(house);
    await probe(async () => (await alertsOf(hub, LATE, house.operatorId)).length === 0);
    await probe(async () => (await alertsOf(hub, UNCLOSED, house.operatorId)).length === 0);
    for (const kind of [LATE, UNCLOSED]) {
      for (const resolution of await resolutionsOf(kind, house)) expect(resolution).toContain('suspended');
    }
    const mails = await mailed();
    await reinstate(house);
    await watchedTwice();
    expect(await alertsOf(hub, UNCLOSED, house.operatorId)).toEqual([]);
    const open = await probe(async () => (await alertsOf(hub, LATE, house.operatorId))[0]);
    expect(open).toMatchObject({ facts: { open: 1 } });
    const givenMs = Date.parse(open.raisedAt) - (await watchedSinceOf(house)).getTime();
    expect(givenMs).toBeGreaterThanOrEqual(5_000);
    expect(await mailed()).toBe(mails);
    const again = await house.listen(hub, {
      epoch: (await house.ask('operators.acknowledged')).epoch,
      seq: 1,
    });
    await probe(() => again.events.length === 1);
    await house.ask('operators.acknowledge', { seq: 2 });
    await probe(async () => (await alertsOf(hub, LATE, house.operatorId)).length === 0);
  });

  it('raises none of what happens meanwhile, and misses none of it', async () => {
    const house = await concerned();
    await house.ask('operators.acknowledge', { seq: 1 });
    const person = newPerson();
    await house.issue(person.identifiers);
    const raised = async () => {
      const { items } = await asAdmin(hub, 'alerts.list', { kind: LATE, operatorId: house.operatorId });
      return items.map(({ id }) => id);
    };
    const before = await raised();
    await suspend(house);
    await exclude(hub, person.identifiers);
    await probe(async () => (await openReceipts(house)) === 1);
    await age(house, '1 hour');
    await watchedTwice();
    expect(await raised()).toEqual(before);
    await reinstate(house);
    const { epoch, seq, head } = await house.ask('operators.acknowledged');
    expect([seq, head]).toEqual([1, 2]);
    const { events } = await house.listen(hub, { epoch, seq });
    await probe(() => events.length === 1);
  });
});

async function openReceipts({ operatorId }: House): Promise<number> {
  return (await asAdmin(hub, 'propagation.receipts', { operatorId, state: 'open' })).items.length;
}

/** Another operator, which comes after all there are, has been judged twice since. */
async function watchedTwice(): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const last = await concerned();
    await age(last, '6 seconds');
    await probe(async () => (await alertsOf(hub, LATE, last.operatorId)).length === 1);
  }
}

describe('the live table', () => {
  it('shows every operator’s place, what is open, how it is reached and how fast it is', async () => {
    const house = await concerned();
    const { token } = await hub.account('regulator');
    const live = await listen(hub, { token }, { topic: 'monitoring/propagation' });
    const standing = async (wanted: object) =>
      await probe(() => {
        const state = live.events.at(-1)?.data as unknown as PropagationTable | undefined;
        const found = state?.operators.find(({ operatorId }) => operatorId === house.operatorId);
        expect(found).toMatchObject(wanted);
        return found;
      });
    const before = { head: 1, acknowledgedSeq: 0, lag: 1, openReceipts: 1, reach: 'none', ackP50Ms: null };
    expect((await standing(before)).oldestOpenMs).toBeGreaterThan(0);
    const listener = await house.listen();
    await standing({ ...before, reach: 'socket' });
    await house.ask('operators.acknowledge', { seq: 1 });
    const after = await standing({ acknowledgedSeq: 1, lag: 0, openReceipts: 0, oldestOpenMs: null });
    expect(after.reach).toBe('socket');
    listener.close();
    await standing({ reach: 'none' });
    // Percentiles are read less often.
    await standing({ ackP99Ms: expect.any(Number) });
  });

  it('is for those who watch over all operators, and for support when it is granted', async () => {
    const house = await newHouse(hub);
    const support = await hub.account('support');
    const socket = await hub.connect({ token: support.token });
    const topic = 'monitoring/propagation';
    expect(refused(await hub.call(socket, 'watch', { topic })).code).toBe('FORBIDDEN');
    const machine = await hub.connect({ apiKey: house.apiKey });
    expect(refused(await hub.call(machine, 'watch', { topic })).code).toBe('FORBIDDEN');
    await asAdmin(hub, 'identity.grantPermission', { procedure: topic, role: 'support' });
    ok(await hub.call(socket, 'watch', { topic }));
  });
});
