import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import { tokensOfKeys } from '@kinga/server/domains/tokens/index.ts';
import { mapCustomers } from '@kinga/server/domains/tokens/manage/customers.ts';
import { txOf } from '@kinga/server/platform/db/database.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { areWaiting } from '../support/locks.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { exclude, newTill, type Till } from './support.ts';

let hub: TestHub;
let till: Till;
let other: Till;

beforeAll(async () => {
  hub = await startTestHub();
  till = await newTill(hub);
  other = await newTill(hub);
});

afterAll(() => hub[Symbol.asyncDispose]());

const concerned = (identifiers: readonly Identifier[]) => {
  const { crypto, db } = hub.platform;
  const keys = keysOf(crypto, identifiers, 'identifiers').map(({ key }) => key);
  return db.transaction(async (tx) =>
    (await tokensOfKeys(tx, keys)).map(({ operatorId, tokenHandle, customerIdSealed }) => ({
      operatorId,
      tokenHandle,
      customerId: customerIdSealed === null ? null : crypto.open(customerIdSealed),
    })),
  );
};

describe('an operator’s customers', () => {
  it('a change of a person concerns every operator that knows them, with the names it has for them', async () => {
    const person = newPerson();
    const mine = await till.issue([...person.identifiers, person.byEmail], 'first account');
    await till.ask('tokens.map', { token: mine.token, customerId: 'second account' });
    const theirs = await other.issue([person.byNationalId]);
    const gone = await (await newTill(hub)).issue(person.identifiers, 'gone');
    await hub.database.pool.query(`UPDATE tokens SET state = 'revoked' WHERE subject_id = $1`, [gone.handle]);
    const told = await concerned(person.identifiers);
    expect(told).toHaveLength(3);
    expect(told).toEqual(
      expect.arrayContaining([
        { operatorId: till.operatorId, tokenHandle: mine.handle, customerId: 'first account' },
        { operatorId: till.operatorId, tokenHandle: mine.handle, customerId: 'second account' },
        { operatorId: other.operatorId, tokenHandle: theirs.handle, customerId: null },
      ]),
    );
    expect(await concerned([person.byEmail])).toHaveLength(2);
    expect(await concerned([newPerson().byEmail])).toEqual([]);
  });

  it('a customer has the last token it was mapped to; mapping and unmapping may be repeated', async () => {
    const [one, two] = newPeople(2);
    const tokens = [await till.issue(one!.identifiers), await till.issue(two!.identifiers)];
    const map = (index: number) =>
      till.ask('tokens.map', { token: tokens[index]!.token, customerId: 'moving' });
    const first = await map(0);
    expect(await map(0)).toEqual(first);
    expect(await map(1)).toMatchObject({ handle: tokens[1]!.handle });
    expect(await concerned(one!.identifiers)).toMatchObject([{ customerId: null }]);
    expect(await concerned(two!.identifiers)).toMatchObject([{ customerId: 'moving' }]);
    expect(await till.ask('tokens.unmap', { customerId: 'moving' })).toEqual({ unmapped: true });
    expect(await till.ask('tokens.unmap', { customerId: 'moving' })).toEqual({ unmapped: false });
    expect(await concerned(two!.identifiers)).toMatchObject([{ customerId: null }]);
  });

  it('mapped to two people at the same time, has the last one’s token, and it is recorded whose it was', async () => {
    const [one, two] = newPeople(2);
    const tokens = [await till.issue(one!.identifiers), await till.issue(two!.identifiers)];
    const { crypto } = hub.platform;
    const { operatorId } = till;
    const first = await hub.database.pool.connect();
    await first.query('BEGIN');
    const customer = { customerId: 'racing', subjectId: tokens[0]!.handle };
    await mapCustomers(txOf(first), crypto, { operatorId, customers: [customer] });
    const second = till.ask('tokens.map', { token: tokens[1]!.token, customerId: 'racing' });
    await probe(() => areWaiting(hub.database, 1));
    await first.query('COMMIT');
    first.release();
    expect(await second).toMatchObject({ handle: tokens[1]!.handle });
    expect(await concerned(two!.identifiers)).toMatchObject([{ customerId: 'racing' }]);
    const { rows } = await hub.database.pool.query(
      `SELECT details FROM audit_log WHERE action = 'token.mapped' AND subject = $1`,
      [tokens[1]!.handle],
    );
    expect(rows).toEqual([{ details: { movedFrom: tokens[0]!.handle } }]);
  });

  it('unmapped while it is mapped anew, is mapped', async () => {
    const [one, two] = newPeople(2);
    const tokens = [
      await till.issue(one!.identifiers, 'coming and going'),
      await till.issue(two!.identifiers),
    ];
    const leaving = await hub.database.pool.connect();
    await leaving.query('BEGIN');
    const subject = [tokens[0]!.handle];
    // Not deleted yet: it is found to be known, and is gone when it can be locked.
    await leaving.query('SELECT FROM token_customers WHERE subject_id = $1 FOR UPDATE', subject);
    const mapping = till.ask('tokens.map', { token: tokens[1]!.token, customerId: 'coming and going' });
    await probe(() => areWaiting(hub.database, 1));
    await leaving.query('DELETE FROM token_customers WHERE subject_id = $1', subject);
    await leaving.query('COMMIT');
    leaving.release();
    expect(await mapping).toMatchObject({ handle: tokens[1]!.handle });
    expect(await concerned(two!.identifiers)).toMatchObject([{ customerId: 'coming and going' }]);
  });

  it('are found one by one by the operator’s own name for them', async () => {
    const [mine, theirs] = [newPerson(), newPerson()];
    const { token } = await till.issue(mine.identifiers, 'one of many');
    await other.issue(theirs.identifiers, 'one of theirs');
    const find = async (customerId: string) => (await till.ask('tokens.mappings', { customerId })).items;
    expect(await find(' one of many ')).toMatchObject([{ customerId: 'one of many', token }]);
    for (const nobody of ['one of theirs', 'one of', '%']) expect(await find(nobody)).toEqual([]);
    const refused = await till.refusal('tokens.mappings', { customerId: '' });
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'customerId' }] });
  });

  it('are listed page by page to their operator alone, and stored sealed', async () => {
    const third = await newTill(hub);
    const items = newPeople(25).map(({ identifiers }, i) => ({
      ref: `${i}`,
      identifiers,
      customerId: `page-${i}`,
    }));
    await third.ask('tokens.issueMany', { items });
    const first = await third.ask('tokens.mappings', {});
    const second = await third.ask('tokens.mappings', { cursor: first.nextCursor });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([20, 5, undefined]);
    const listed = [...first.items, ...second.items].map(({ customerId }) => customerId).sort();
    expect(listed).toEqual(items.map(({ customerId }) => customerId).sort());
    const mine = await till.ask('tokens.mappings', {});
    expect(mine.items.filter(({ customerId }) => customerId.startsWith('page-'))).toEqual([]);
    const { rows } = await hub.database.pool.query(
      `SELECT FROM token_customers WHERE position(convert_to('page-', 'UTF8') IN customer_sealed) > 0`,
    );
    expect(rows).toEqual([]);
  });

  it('one name at two operators is two customers', async () => {
    const person = newPerson();
    await till.issue(person.identifiers, 'same name');
    await other.issue(person.identifiers, 'same name');
    expect(await concerned(person.identifiers)).toHaveLength(2);
    const { rows } = await hub.database.pool.query<{ names: number }>(
      `SELECT count(DISTINCT customer_hash)::int AS names FROM token_customers c
       JOIN token_keys k ON k.subject_id = c.subject_id WHERE k.key = $1`,
      [keysOf(hub.platform.crypto, [person.byNationalId], '')[0]!.key],
    );
    expect(rows).toEqual([{ names: 2 }]);
  });

  it('a statement that does not say for whom it acts sees no token', async () => {
    await till.issue(newPerson().identifiers, 'hidden');
    for (const table of ['tokens', 'token_subjects', 'token_keys', 'token_customers', 'token_usage']) {
      const { rows } = await hub.platform.db.query(`SELECT FROM ${table}`);
      expect(rows, table).toEqual([]);
    }
  });
});

/** Over all days: a test may run through midnight in Nairobi. */
function totalOf(days: readonly { validated: number; hits: number }[]) {
  const sum = (of: (day: { validated: number; hits: number }) => number) =>
    days.reduce((total, day) => total + of(day), 0);
  return { validated: sum(({ validated }) => validated), hits: sum(({ hits }) => hits) };
}

describe('reports', () => {
  it('history tells issue, rotation, uses per day and the audit, to its operator and to staff', async () => {
    const person = newPerson();
    const { token, handle } = await till.issue(person.identifiers, 'historic');
    await till.status(token);
    await exclude(hub, person.identifiers);
    await till.status(token);
    const rotated = await till.ask('tokens.rotate', { token });
    await till.status(rotated.token);
    const history = await probe(async () => {
      const found = await till.ask('tokens.history', { token });
      return totalOf(found.uses).validated === 3 ? found : undefined;
    });
    expect(history).toMatchObject({ handle, operatorId: till.operatorId, customers: 1 });
    expect(history.generations.map(({ generation, state }) => [generation, state])).toEqual([
      [2, 'active'],
      [1, 'rotated'],
    ]);
    expect(totalOf(history.uses)).toEqual({ validated: 3, hits: 2 });
    expect(history.audit.map(({ action }) => action)).toEqual([
      'token.rotated',
      'token.mapped',
      'token.issued',
    ]);
    const regulator = await hub.account('regulator');
    const read = await hub.http('tokens.history', { handle }, { token: regulator.token });
    expect(ok(read.body)).toEqual(history);
    expect((await other.refusal('tokens.history', { handle })).code).toBe('NOT_FOUND');
    expect((await till.refusal('tokens.history', {})).details?.[0]?.path).toBe('token');
    expect((await till.refusal('tokens.history', { token, handle })).code).toBe('INVALID_INPUT');
    const bettor = await hub.bettor();
    expect(refused((await hub.http('tokens.history', { handle }, { token: bettor.token })).body).code).toBe(
      'FORBIDDEN',
    );
  });

  it('crossReference finds the person at other operators, for staff alone, and leaves a trace', async () => {
    const [person, family] = newPeople(2);
    const mine = await till.issue([person!.byNationalId, person!.byPhone]);
    const theirs = await other.issue([person!.byNationalId, person!.byPassport], 'there');
    await other.issue([family!.byNationalId, person!.byPhone]);
    const regulator = await hub.account('regulator');
    const asRegulator = { token: regulator.token };
    const found = ok((await hub.http('tokens.crossReference', { token: mine.token }, asRegulator)).body);
    expect(found).toMatchObject({
      handle: mine.handle,
      tokens: [
        {
          operatorId: other.operatorId,
          handle: theirs.handle,
          state: 'active',
          customers: 1,
          sharing: 'identity',
        },
      ],
    });
    const contacts = [await till.issue([family!.byEmail]), await other.issue([family!.byEmail])];
    const same = await hub.http('tokens.crossReference', { handle: contacts[0]!.handle }, asRegulator);
    expect(ok(same.body).tokens).toMatchObject([{ handle: contacts[1]!.handle, sharing: 'contacts' }]);
    expect((await till.refusal('tokens.crossReference', { token: mine.token })).code).toBe('FORBIDDEN');
    const { rows } = await hub.database.pool.query(
      `SELECT actor FROM audit_log WHERE action = 'token.crossReferenced' AND subject = $1`,
      [mine.handle],
    );
    expect(rows).toEqual([{ actor: `account:${regulator.account.id}` }]);
    const history = await till.ask('tokens.history', { token: mine.token });
    expect(history.audit.map(({ action }) => action)).toEqual(['token.issued']);
  });

  it('statistics count tokens and uses, to an operator its own and to staff everybody’s', async () => {
    const third = await newTill(hub);
    const [excluded, clear] = newPeople(2);
    await exclude(hub, excluded!.identifiers);
    const tokens = [await third.issue(excluded!.identifiers), await third.issue(clear!.identifiers, 'c')];
    const checks = tokens.flatMap(({ token }, i) =>
      ['login', 'bet'].map((purpose) => ({ ref: `${i}${purpose}`, token, purpose })),
    );
    await third.ask('tokens.validateMany', { checks });
    const own = await probe(async () => {
      const { items } = await third.ask('tokens.statistics', {});
      return totalOf(items[0]?.days ?? []).validated === 4 ? items : undefined;
    });
    expect(own).toEqual([
      {
        operatorId: third.operatorId,
        active: 2,
        rotated: 0,
        revoked: 0,
        compromised: 0,
        customers: 1,
        days: expect.any(Array),
      },
    ]);
    const days = own[0]?.days ?? [];
    expect(totalOf(days)).toEqual({ validated: 4, hits: 2 });
    expect(days.reduce((sum, { issued }) => sum + issued, 0)).toBe(2);
    const { token } = await hub.account('regulator');
    const all = ok((await hub.http('tokens.statistics', {}, { token })).body);
    expect(all.items).toEqual(expect.arrayContaining(own));
    expect(all.items.length).toBeGreaterThan(2);
    expect((await other.refusal('tokens.statistics', { operatorId: third.operatorId })).code).toBe(
      'NOT_FOUND',
    );
    expect((await till.refusal('tokens.statistics', { from: '2026-01-01', to: '2026-12-31' })).code).toBe(
      'INVALID_INPUT',
    );
  });

  it.each<[what: string, period: { from?: string; to?: string }, path: string]>([
    ['that ends before it begins', { from: '2026-02-01', to: '2026-01-31' }, 'from'],
    ['that begins after today', { from: '2999-01-01' }, 'from'],
    ['of a year that no calendar has', { from: '0000-01-01', to: '0000-01-02' }, 'to'],
    ['that begins in such a year', { from: '0000-12-31', to: '2026-01-01' }, 'from'],
  ])('statistics of a period %s are refused under the field that says so', async (_what, period, path) => {
    const { code, details } = await till.refusal('tokens.statistics', period);
    expect([code, details?.[0]?.path]).toEqual(['INVALID_INPUT', path]);
  });
});
