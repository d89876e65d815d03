import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { asAdmin, exclude, listen, newHouse } from './support.ts';

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

describe('a change of the register', () => {
  it('reaches every operator that holds a token of the person, by that token, on any node, and nobody else', async () => {
    const person = newPerson();
    const [mine, theirs, stranger] = [await newHouse(hub), await newHouse(hub), await newHouse(hub)];
    const token = await mine.issue(person.identifiers, 'customer 7');
    await mine.ask('tokens.map', { token: token.token, customerId: 'customer 8' });
    const foreign = await theirs.issue([person.byNationalId]);
    const here = await mine.listen();
    const there = await theirs.listen(other);
    const nowhere = await stranger.listen();
    const exclusion = await exclude(hub, person.identifiers);
    const [event] = await probe(() => here.events.length > 0 && here.events);
    expect(event).toMatchObject({ topic: mine.topic, seq: 1, type: 'registered' });
    const { receiptId, ...data } = event!.data;
    expect(receiptId).toMatch(/^rcp_/);
    expect(data).toEqual({
      token: token.token,
      handle: token.handle,
      customerIds: ['customer 7', 'customer 8'],
      effectiveAt: exclusion.startsAt,
      registerSeq: exclusion.seq,
    });
    await probe(() => there.events.length > 0);
    expect(there.events[0]?.data).toMatchObject({ token: foreign.token, customerIds: [] });
    expect(nowhere.events).toEqual([]);
  });

  it('names nobody in clear where it rests', async () => {
    const person = newPerson();
    const house = await newHouse(hub);
    const { token } = await house.issue(person.identifiers, 'a customer by name');
    const { events } = await house.listen();
    await exclude(hub, person.identifiers);
    await probe(() => events.length > 0);
    const { rows } = await hub.database.pool.query<{ text: string }>(
      'SELECT row_to_json(f)::text AS text FROM feed_events f WHERE topic = $1',
      [house.topic],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain('a customer by name');
    expect(rows[0]?.text).not.toContain(token);
  });

  it('is told of whoever was excluded before the operator had a token of them', async () => {
    const person = newPerson();
    const exclusion = await exclude(hub, person.identifiers);
    const house = await newHouse(hub);
    const { events } = await house.listen();
    const { handle } = await house.issue([person.byNationalId], 'late');
    await probe(() => events.length > 0);
    expect(events[0]).toMatchObject({
      type: 'registered',
      data: { handle, registerSeq: exclusion.seq, customerIds: ['late'] },
    });
  });

  it('is told once, also when the token was issued at the same time', async () => {
    const house = await newHouse(hub);
    const { events } = await house.listen();
    const people = newPeople(12);
    await Promise.all(
      people.flatMap((person) => [exclude(hub, person.identifiers), house.issue(person.identifiers)]),
    );
    await probe(() => events.length >= people.length);
    await probe(async () => {
      const { rows } = await hub.database.pool.query<{ done: boolean }>(
        `SELECT c.register_seq = h.seq AND c.token_seq = (SELECT max(seq) FROM token_changes) AS done
         FROM propagation_cursor c, register_head h`,
      );
      return rows[0]?.done;
    });
    const last = await house.ask('operators.acknowledged');
    expect(last.head).toBe(people.length);
    expect(new Set(events.map(({ data }) => data.handle)).size).toBe(people.length);
  });

  it('of somebody else on the same phone concerns whoever is known by it', async () => {
    const [one, two] = newPeople(2);
    const house = await newHouse(hub);
    const { handle } = await house.issue([one!.byNationalId, two!.byPhone]);
    const { events } = await house.listen();
    await exclude(hub, [two!.byNationalId, two!.byPhone]);
    await probe(() => events.length > 0);
    expect(events[0]?.data.handle).toBe(handle);
  });
});

describe('the changes of an operator', () => {
  it('are watched by its own staff and its keys that may, and are nobody else’s business', async () => {
    const house = await newHouse(hub);
    const foreign = await newHouse(hub);
    const weak = await newHouse(hub, ['exclusions:lookup']);
    const staff = await hub.account('operator', { operatorId: house.operatorId });
    expect((await listen(hub, { token: staff.token }, house)).ack).toMatchObject({ kind: 'log', seq: 0 });
    const { token: admin } = await hub.admin();
    const { token: regulator } = await hub.account('regulator');
    for (const [credentials, topic] of [
      [{ apiKey: foreign.apiKey }, house.topic],
      [{ apiKey: weak.apiKey }, weak.topic],
      [{ token: admin }, house.topic],
      [{ token: regulator }, house.topic],
      [{ apiKey: house.apiKey }, 'operators/op_none/changes'],
      [{ apiKey: house.apiKey }, `operators/${house.operatorId}/x/changes`],
    ] as const) {
      const socket = await hub.connect(credentials);
      expect(refused(await hub.call(socket, 'watch', { topic })).code).toBe('NOT_FOUND');
    }
  });

  it('are in the permission table as the operator’s own, and cannot be granted', async () => {
    const { items } = await asAdmin(hub, 'identity.permissions');
    expect(items.find(({ name }) => name === 'operators/<operatorId>/changes')).toMatchObject({
      access: 'operator',
      grantable: false,
    });
  });
});
