import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
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

describe('tokens.issue', () => {
  it('gives the same token for the same person, in any spelling and by any strong identifier', async () => {
    const person = newPerson();
    const first = await till.issue([...person.identifiers, person.byPassport]);
    expect(first).toEqual({
      token: expect.stringMatching(/^bst1_[0-9A-Z]{33}$/),
      handle: expect.stringMatching(/^tks_/),
      generation: 1,
      issuedAt: expect.any(String),
    });
    const spelled = {
      type: 'nationalId' as const,
      value: `'${person.nationalId.slice(0, 3)} ${person.nationalId.slice(3)}`,
    };
    for (const identifiers of [[spelled], [person.byPassport], person.identifiers]) {
      expect(await till.issue(identifiers)).toEqual(first);
    }
  });

  it('tells two people with one phone apart, and one who has only a phone from both', async () => {
    const [one, two] = newPeople(2);
    const shared = one!.byPhone;
    const tokens = [
      await till.issue([one!.byNationalId, shared]),
      await till.issue([two!.byNationalId, shared]),
      await till.issue([shared]),
      await till.issue([shared, one!.byEmail]),
    ];
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(4);
    expect(await till.issue([one!.byEmail, shared])).toEqual(tokens[3]);
  });

  it('gives two operators tokens that share nothing, also behind the wire', async () => {
    const person = newPerson();
    const identifiers = [...person.identifiers, person.byEmail];
    const [mine, theirs] = [await till.issue(identifiers), await other.issue(identifiers)];
    expect(mine.token).not.toBe(theirs.token);
    expect(mine.handle).not.toBe(theirs.handle);
    // No run of characters longer than chance allows, and nothing of the person in either.
    const body = mine.token.slice(5);
    for (let at = 0; at + 8 <= body.length; at++) {
      expect(theirs.token).not.toContain(body.slice(at, at + 8));
    }
    for (const { token } of [mine, theirs]) {
      expect(token).not.toContain(person.nationalId);
      const { rows } = await hub.database.pool.query(
        'SELECT FROM tokens WHERE position(convert_to($1, $2) IN sealed) > 0',
        [token, 'UTF8'],
      );
      expect(rows).toEqual([]);
    }
  });

  it('says nothing about exclusion', async () => {
    const [excluded, clear] = newPeople(2);
    await exclude(hub, excluded!.identifiers);
    const answers = [await till.issue(excluded!.identifiers), await till.issue(clear!.identifiers)];
    expect(Object.keys(answers[0]!)).toEqual(Object.keys(answers[1]!));
  });

  it('gives one token however many ask for it at the same time', async () => {
    const person = newPerson();
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        till.issue(i % 2 === 0 ? person.identifiers : [person.byNationalId, person.byEmail]),
      ),
    );
    expect(new Set(asked.map(({ token }) => token)).size).toBe(1);
    const { rows } = await hub.database.pool.query(
      'SELECT octet_length(keys) / 16 AS keys, (SELECT count(*)::int FROM token_keys k WHERE k.subject_id = s.id) AS found FROM token_subjects s WHERE id = $1',
      [asked[0]!.handle],
    );
    expect(rows).toEqual([{ keys: 3, found: 3 }]);
  });

  it('names what is malformed by its path, and refuses who may not', async () => {
    const bad = [newPerson().byNationalId, { type: 'phone', value: '0712' }];
    expect((await till.refusal('tokens.issue', { identifiers: bad })).details?.[0]?.path).toBe(
      'identifiers[1].value',
    );
    expect((await till.refusal('tokens.issue', { identifiers: [] })).details?.[0]?.path).toBe('identifiers');
    const identifiers = [newPerson().byNationalId];
    expect(refused((await hub.http('tokens.issue', { identifiers })).body).code).toBe('UNAUTHENTICATED');
    const validator = await newTill(hub, ['tokens:validate']);
    expect((await validator.refusal('tokens.issue', { identifiers })).code).toBe('FORBIDDEN');
    const { token } = await hub.admin();
    expect(refused((await hub.http('tokens.issue', { identifiers }, { token })).body).code).toBe('FORBIDDEN');
  });
});

describe('tokens.issueMany', () => {
  it('joins by ref, lets a bad item fail alone, and repeats the same answer', async () => {
    const people = newPeople(50);
    const items = people.map((person, i) => ({
      ref: `r${i}`,
      identifiers: i === 7 ? [{ type: 'nationalId', value: 'x' }] : person.identifiers,
      customerId: `many-${i === 9 ? 8 : i}`,
    }));
    const { results } = await till.ask('tokens.issueMany', { items });
    expect(results.map(({ ref }) => ref)).toEqual(items.map(({ ref }) => ref));
    const failed = results.flatMap((result) => ('error' in result ? [result] : []));
    expect(failed.map(({ ref, error }) => [ref, error.code, error.details?.[0]?.path])).toEqual([
      ['r7', 'INVALID_INPUT', 'items[7].identifiers[0].value'],
      ['r9', 'INVALID_INPUT', 'items[9].customerId'],
    ]);
    expect((await till.ask('tokens.issueMany', { items })).results).toEqual(results);
    const single = await till.issue(people[3]!.identifiers);
    expect(results[3]).toEqual({ ref: 'r3', ...single });
  });

  it('issues a thousand in one call, and no more', async () => {
    const items = newPeople(1_000).map((person, i) => ({
      ref: String(i),
      identifiers: [...person.identifiers, person.byEmail],
      customerId: `thousand-${i}`,
    }));
    const { results } = await till.ask('tokens.issueMany', { items });
    expect(results.filter((result) => 'error' in result)).toEqual([]);
    expect((await till.refusal('tokens.issueMany', { items: [...items, items[0]] })).code).toBe(
      'INVALID_INPUT',
    );
  });

  it('refuses a ref that comes twice', async () => {
    const item = { ref: 'a', identifiers: newPerson().identifiers };
    const { code, details } = await till.refusal('tokens.issueMany', { items: [item, item] });
    expect([code, details?.[0]?.path]).toEqual(['INVALID_INPUT', 'items[1].ref']);
  });
});
