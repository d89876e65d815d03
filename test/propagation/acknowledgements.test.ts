import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { asAdmin, exclude, type House, newHouse } from './support.ts';

let hub: TestHub;
let other: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
  other = await startTestHub({ database: hub.database });
});

afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
});

const headOf = async (house: House) => (await house.ask('operators.acknowledged')).head;

/** An operator with so many changes, none acknowledged. */
async function behind(count: number): Promise<House> {
  const house = await newHouse(hub);
  for (const person of newPeople(count)) {
    await house.issue(person.identifiers);
    await exclude(hub, person.identifiers);
  }
  await probe(async () => (await headOf(house)) === count);
  return house;
}

describe('an acknowledgement', () => {
  it('covers everything up to its seq, may be repeated, and never goes backwards', async () => {
    const house = await behind(3);
    expect(await house.ask('operators.acknowledged')).toMatchObject({
      topic: house.topic,
      seq: 0,
      acknowledgedAt: null,
    });
    const first = await house.ask('operators.acknowledge', { seq: 2 });
    expect(first.seq).toBe(2);
    expect(await house.ask('operators.acknowledge', { seq: 2 })).toEqual(first);
    expect(await house.ask('operators.acknowledge', { seq: 1 })).toEqual(first);
    expect(await house.ask('operators.acknowledge', { seq: 0 })).toEqual(first);
    const { items } = await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId });
    expect(items.map(({ acknowledgedAt }) => acknowledgedAt !== null)).toEqual([false, true, true]);
    expect((await house.ask('operators.acknowledge', { seq: 3 })).seq).toBe(3);
    const open = { operatorId: house.operatorId, state: 'open' };
    expect((await asAdmin(hub, 'propagation.receipts', open)).items).toEqual([]);
  });

  it('of something that is not there yet is malformed, and changes nothing', async () => {
    const house = await behind(1);
    const error = await house.refusal('operators.acknowledge', { seq: 2 });
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'seq' }] });
    expect((await house.ask('operators.acknowledged')).seq).toBe(0);
    expect((await house.refusal('operators.acknowledge', { seq: -1 })).code).toBe('INVALID_INPUT');
    expect((await house.refusal('operators.acknowledge', { seq: 1, operatorId: 'x' })).code).toBe(
      'INVALID_INPUT',
    );
  });

  it('of another history is refused, and acknowledges nothing of this one', async () => {
    const house = await behind(1);
    const old = { seq: 1, epoch: 'that of a database that was lost' };
    expect((await house.refusal('operators.acknowledge', old)).code).toBe('CONFLICT');
    const { epoch, seq } = await house.ask('operators.acknowledged');
    expect(seq).toBe(0);
    expect((await house.ask('operators.acknowledge', { seq: 1, epoch })).seq).toBe(1);
  });

  it('by many at once, on both nodes, ends at the furthest', async () => {
    const house = await behind(4);
    const seqs = [3, 1, 4, 2, 9, 4];
    const answers = await Promise.all(
      seqs.map((seq, index) =>
        (index % 2 ? other : hub).http('operators.acknowledge', { seq }, { apiKey: house.apiKey }),
      ),
    );
    expect(answers.map(({ body }) => body.ok)).toEqual([true, true, true, true, false, true]);
    expect((await house.ask('operators.acknowledged')).seq).toBe(4);
  });

  it('is for machines of the operator alone', async () => {
    const house = await behind(1);
    const staff = await hub.account('operator', { operatorId: house.operatorId });
    const weak = await newHouse(hub, ['exclusions:lookup']);
    const code = async (credentials: object) =>
      refused((await hub.http('operators.acknowledge', { seq: 0 }, credentials)).body).code;
    expect(await code({})).toBe('UNAUTHENTICATED');
    expect(await code({ token: staff.token })).toBe('FORBIDDEN');
    expect(await code({ apiKey: weak.apiKey })).toBe('FORBIDDEN');
    expect(await code({ token: (await hub.admin()).token })).toBe('FORBIDDEN');
  });
});

describe('a receipt', () => {
  it('knows when the change was committed, sent to a machine, acknowledged, and the account closed', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    const { token } = await house.issue(person.identifiers, 'c1');
    const { events } = await house.listen(other);
    const exclusion = await exclude(hub, person.identifiers);
    await probe(() => events.length === 1);
    const receipt = async () =>
      (await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId })).items[0];
    const sent = await probe(async () => {
      const found = await receipt();
      return found?.sentAt ? found : undefined;
    });
    expect(sent).toMatchObject({ mustClose: true, acknowledgedAt: null, closedAt: null, attempts: 1 });
    expect(sent.committedAt <= (sent.sentAt ?? '')).toBe(true);
    await house.ask('operators.acknowledge', { seq: 1 });
    const closed = await house.ask('operators.reportClosed', { tokens: [token] });
    expect(closed.receipts).toBe(1);
    expect(await house.ask('operators.reportClosed', { tokens: [token] })).toMatchObject({ receipts: 0 });
    expect(await receipt()).toMatchObject({ closedAt: closed.closedAt, reportedAt: closed.reportedAt });
    const status = await asAdmin(hub, 'propagation.status', { exclusionId: exclusion.id });
    expect(status.items).toEqual([
      {
        operatorId: house.operatorId,
        receipts: 1,
        sent: 1,
        acknowledged: 1,
        closed: 1,
        unclosed: 0,
        oldestOpenAt: null,
      },
    ]);
  });

  it('of a closing names a token that is not the operator’s own, and a time that is still to come', async () => {
    const [house, foreign] = [await newHouse(hub), await newHouse(hub)];
    const { token } = await house.issue(newPerson().identifiers);
    const theirs = await foreign.issue(newPerson().identifiers);
    expect(await house.refusal('operators.reportClosed', { tokens: [token, theirs.token] })).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'tokens[1]' }],
    });
    expect(await house.refusal('operators.reportClosed', { tokens: ['bst1_X'] })).toMatchObject({
      details: [{ path: 'tokens[0]' }],
    });
    const closedAt = '2999-01-01';
    expect(await house.refusal('operators.reportClosed', { tokens: [token], closedAt })).toMatchObject({
      details: [{ path: 'closedAt' }],
    });
  });

  it('has the time an account was closed, as the operator says, and the database’s of when it said so', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    const { token } = await house.issue(person.identifiers);
    await exclude(hub, person.identifiers);
    const receipt = await probe(
      async () => (await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId })).items[0],
    );
    const committedMs = Date.parse(receipt.committedAt);
    const report = (ms: number) => ({ tokens: [token], closedAt: new Date(committedMs + ms).toISOString() });
    expect(await house.refusal('operators.reportClosed', report(-1))).toMatchObject({
      code: 'INVALID_INPUT',
      details: [
        { path: 'closedAt' },
        { path: 'tokens[0]', message: `not closed before ${receipt.committedAt}` },
      ],
    });
    const { closedAt, reportedAt } = await house.ask('operators.reportClosed', report(0));
    expect(closedAt).toBe(receipt.committedAt);
    expect(reportedAt > closedAt).toBe(true);
    // What was reported once is not reported otherwise.
    expect(await house.ask('operators.reportClosed', report(5))).toMatchObject({ receipts: 0 });
    const [seen] = (await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId })).items;
    expect(seen).toMatchObject({ closedAt, reportedAt });
  });

  it('is reported closed by saying again when the account was closed, while the change that asked for that is in force', async () => {
    const house = await newHouse(hub);
    const person = newPerson();
    const { token } = await house.issue(person.identifiers);
    const receipts = (count: number) =>
      probe(async () => {
        const { items } = await asAdmin(hub, 'propagation.receipts', { operatorId: house.operatorId });
        return items.length === count && items;
      });
    await exclude(hub, person.identifiers);
    const [told] = await receipts(1);
    const report = { tokens: [token], closedAt: told!.committedAt };
    expect(await house.ask('operators.reportClosed', report)).toMatchObject({ receipts: 1 });
    // Another customer turns out to be the person: that account is closed too.
    await house.ask('tokens.map', { token, customerId: 'another' });
    await receipts(2);
    expect(await house.ask('operators.reportClosed', report)).toMatchObject({ receipts: 1 });

    // Once nothing is in force the account may have been opened again: what was said of the last time is over.
    await hub.database.pool.query(
      `UPDATE propagation_receipts SET excluded_until = clock_timestamp() WHERE tenant_id = $1`,
      [house.operatorId],
    );
    await exclude(hub, person.identifiers);
    const [, , again] = (await receipts(3)).toReversed();
    const nobody = await house.issue(newPerson().identifiers);
    const tokens = [nobody.token, token, nobody.token, token];
    const message = `not closed before ${again!.committedAt}`;
    expect(await house.refusal('operators.reportClosed', { ...report, tokens })).toMatchObject({
      code: 'INVALID_INPUT',
      details: [{ path: 'closedAt' }, { path: 'tokens[1]', message }, { path: 'tokens[3]', message }],
    });
  });

  it('is shown to staff of its operator and of nobody else', async () => {
    const [house, foreign] = [await behind(1), await behind(1)];
    const staff = await hub.account('operator', { operatorId: house.operatorId });
    const ask = async (name: string, input: object) =>
      (await hub.http(name, input, { token: staff.token })).body;
    expect(await ask('propagation.receipts', {})).toMatchObject({
      data: { items: [{ operatorId: house.operatorId }] },
    });
    expect(await ask('propagation.status', {})).toMatchObject({
      data: { items: [{ operatorId: house.operatorId, receipts: 1 }] },
    });
    for (const name of ['propagation.receipts', 'propagation.status']) {
      expect(refused(await ask(name, { operatorId: foreign.operatorId })).code).toBe('NOT_FOUND');
      expect(refused((await hub.http(name, {})).body).code).toBe('UNAUTHENTICATED');
      const { token } = await hub.bettor();
      expect(refused((await hub.http(name, {}, { token })).body).code).toBe('FORBIDDEN');
    }
    const { token } = await hub.admin();
    const unknown = await hub.http('propagation.status', { exclusionId: 'exc_none' }, { token });
    expect(refused(unknown.body).code).toBe('NOT_FOUND');
  });
});

describe('telling again', () => {
  it('repeats what is open, marked as such, and what is acknowledged stays so', async () => {
    const house = await behind(2);
    await house.ask('operators.acknowledge', { seq: 1 });
    const { token } = await hub.admin();
    const input = { operatorId: house.operatorId };
    const once = await hub.http('propagation.retry', input, {
      token,
      headers: { 'idempotency-key': 'again-1' },
    });
    const twice = await hub.http('propagation.retry', input, {
      token,
      headers: { 'idempotency-key': 'again-1' },
    });
    expect(once.body).toEqual({ ok: true, data: { again: 1 } });
    expect(twice.body).toEqual(once.body);
    const { epoch } = await house.ask('operators.acknowledged');
    const { events } = await house.listen(other, { epoch, seq: 1 });
    await probe(() => events.length === 2);
    expect(events.map(({ data }) => data.again)).toEqual([undefined, true]);
    expect(events[0]?.data.receiptId).toBe(events[1]?.data.receiptId);
    await house.ask('operators.acknowledge', { seq: 3 });
    const receiptIds = [events[0]?.data.receiptId];
    expect(await asAdmin(hub, 'propagation.retry', { receiptIds })).toEqual({ again: 0 });
  });

  it('is asked for an operator or for receipts, by staff', async () => {
    const { token } = await hub.admin();
    const code = async (input: object, credentials: object) =>
      refused((await hub.http('propagation.retry', input, credentials)).body).code;
    expect(await code({}, { token })).toBe('INVALID_INPUT');
    expect(await code({ operatorId: 'x', receiptIds: ['y'] }, { token })).toBe('INVALID_INPUT');
    expect(await code({ operatorId: 'op_none' }, { token })).toBe('NOT_FOUND');
    const unknown = await hub.http('propagation.retry', { receiptIds: ['rcp_none', 'x'] }, { token });
    expect(refused(unknown.body)).toMatchObject({ code: 'NOT_FOUND', details: [{ path: 'receiptIds' }] });
    const house = await newHouse(hub);
    expect(await code({ operatorId: house.operatorId }, { apiKey: house.apiKey })).toBe('FORBIDDEN');
    expect(await code({ operatorId: house.operatorId }, {})).toBe('UNAUTHENTICATED');
  });
});

it('a cursor that is not one of the list is named', async () => {
  const { operatorId } = await newHouse(hub);
  const { token } = await hub.admin();
  const lists = [
    'operators.listKeys',
    'operators.webhookDeliveries',
    'propagation.receipts',
    'propagation.status',
  ];
  for (const name of lists) {
    for (const cursor of ['zzz', 'acc_1', '-1']) {
      const error = refused((await hub.http(name, { operatorId, cursor }, { token })).body);
      expect(error, name).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'cursor' }] });
    }
  }
});
