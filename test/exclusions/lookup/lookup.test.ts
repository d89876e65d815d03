import type { JsonText } from '@kinga/server/platform/call/json-text.ts';
import {
  type Answer,
  exclusions,
  type LookupAnswer,
  type Purpose,
} from '@kinga/shared/exclusions/contract.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callBy, refusal } from '../../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { newPeople, newPerson, type Person } from '../../support/people.ts';
import { probe } from '../../support/probe.ts';
import { OPERATOR, type RegisterNode, startNode } from '../nodes.ts';
import { account } from '../support.ts';

let database: TestDatabase;
let node: RegisterNode;

beforeAll(async () => {
  database = await createTestDatabase();
  node = await startNode(database);
});

afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const many = (checks: { ref: string; identifiers: Identifier[]; purpose: Purpose }[]) =>
  valueWritten(node.exclusions.domain.handlers.lookupMany({ checks }, callBy(OPERATOR)));

/** What the written answer stands for. */
const valueWritten = async <TValue>(written: JsonText<TValue> | Promise<JsonText<TValue>>) =>
  (await written).toJSON();

describe('exclusions.lookup', () => {
  it('answers exactly status, asOf, seq, validUntil, checkId and policyVersion, in the turn it was asked in', async () => {
    const person = newPerson();
    const { seq } = await node.register(person.identifiers);
    const input = { identifiers: [person.byNationalId], purpose: 'bet' as const };
    await probe(() => node.exclusions.ready());
    const answer = node.exclusions.domain.handlers.lookup(input, callBy(OPERATOR));
    expect(answer).not.toBeInstanceOf(Promise);
    expect(answer).toEqual({
      status: 'EXCLUDED',
      asOf: expect.stringMatching(ISO),
      seq: expect.any(Number),
      validUntil: expect.stringMatching(ISO),
      checkId: expect.stringMatching(/^c_[0-9a-f]{32}$/),
      policyVersion: 1,
    });
    expect((answer as LookupAnswer).seq).toBeGreaterThanOrEqual(seq);
  });

  it('knows an excluded person by any identifier in any spelling, and nobody else', async () => {
    const [person, other] = newPeople(2);
    await node.register([...person!.identifiers, person!.byEmail, person!.byPassport]);
    const phone = person!.phone.slice(4);
    const spellings: Identifier[] = [
      { type: 'nationalId', value: `'${person!.nationalId.slice(0, 2)} ${person!.nationalId.slice(2)}` },
      ...[`0${phone}`, `254${phone}`, `00254${phone}`, phone, `+254 (0)${phone}`].map((value) => ({
        type: 'phone' as const,
        value,
      })),
      { type: 'email', value: person!.email.toUpperCase() },
      { type: 'passport', value: ` ${person!.passport.toLowerCase()} ` },
    ];
    for (const identifier of spellings) {
      expect(await node.lookup([identifier]), identifier.value).toMatchObject({ status: 'EXCLUDED' });
    }
    for (const identifier of [other!.byNationalId, other!.byPhone, other!.byEmail, other!.byAlienId]) {
      expect(await node.lookup([identifier])).toMatchObject({ status: 'CLEAR' });
    }
    expect(await node.lookup([other!.byPhone, other!.byEmail, person!.byEmail])).toMatchObject({
      status: 'EXCLUDED',
    });
  });

  it('names every malformed identifier by its path and gives no answer about the others', async () => {
    const person = newPerson();
    await node.register(person.identifiers);
    const recorded = node.exclusions.stats().lookups;
    const bad: Identifier[] = [
      { type: 'phone', value: '0712' },
      person.byNationalId,
      { type: 'nationalId', value: 'x' },
    ];
    const error = await refusal(node.lookup(bad));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.details?.map(({ path }) => path)).toEqual(['identifiers[0].value', 'identifiers[2].value']);
    expect((await refusal(node.lookup([]))).details?.[0]?.path).toBe('identifiers');
    expect(node.exclusions.stats().lookups).toBe(recorded);
  });

  it('lets an answer be reused for as long as the purpose allows', async () => {
    const [person, clear] = newPeople(2);
    await node.register(person!.identifiers);
    const allowedMs = { bet: 60_000, deposit: 60_000, login: 0, registration: 0, marketing: 86_400_000 };
    for (const [purpose, ms] of Object.entries(allowedMs)) {
      for (const identifier of [person!.byNationalId, clear!.byNationalId]) {
        const { asOf, validUntil } = await node.lookup([identifier], purpose as Purpose);
        expect(Date.parse(validUntil) - Date.parse(asOf)).toBe(ms);
      }
    }
  });

  it('never lets an answer be reused beyond a pending start of any of the identifiers', async () => {
    const [person, clear] = newPeople(2);
    const startsAt = new Date(Date.now() + 30_000).toISOString();
    await node.register([person!.byNationalId], { period: '24h', startsAt });
    const asked = [clear!.byPhone, person!.byNationalId];
    for (const purpose of ['bet', 'marketing'] as const) {
      const answer = await node.lookup(asked, purpose);
      expect(answer).toMatchObject({ status: 'CLEAR', validUntil: startsAt });
    }
    const { asOf, validUntil } = await node.lookup(asked, 'login');
    expect(validUntil).toBe(asOf);
  });

  it('begins and ends on time by itself', async () => {
    const [begins, ends] = newPeople(2);
    const DAY_MS = 86_400_000;
    const at = Date.now() + 5_000;
    for (const [who, startsAt] of [
      [begins, at],
      [ends, at - DAY_MS],
    ] as const) {
      const term = { period: '24h', startsAt: new Date(startsAt).toISOString() } as const;
      await node.register([who!.byNationalId], term);
    }
    const answer = (who: Person) => node.lookup([who.byNationalId]);
    /** The last answer that was still the one from before. */
    const lastBefore = async (who: Person, before: Answer, after: Answer) => {
      let last = await answer(who);
      expect(last).toMatchObject({ status: before });
      await probe(async () => {
        const next = await answer(who);
        if (next.status === before) last = next;
        return next.status === after;
      });
      return last;
    };
    const last = await Promise.all([
      lastBefore(begins!, 'CLEAR', 'EXCLUDED'),
      lastBefore(ends!, 'EXCLUDED', 'CLEAR'),
    ]);
    expect(Date.now()).toBeGreaterThan(at - 10);
    for (const { asOf } of last) expect(Date.parse(asOf)).toBeLessThan(at);
  });

  it('is for API keys', async () => {
    const input = { identifiers: [newPerson().byPhone], purpose: 'bet' as const };
    const call = callBy(account('admin'));
    const ask = async () => node.exclusions.domain.handlers.lookup(input, call);
    expect((await refusal(ask())).code).toBe('FORBIDDEN');
  });

  it('agrees with the authority that bets ask, for everybody', async () => {
    const people = newPeople(60);
    const periods = ['24h', '7d', '6mo', 'permanent'] as const;
    await Promise.all(
      people.slice(0, 30).map((person, i) =>
        node.register(i % 2 === 0 ? person.identifiers : [person.byNationalId, people[i + 30]!.byPhone], {
          period: periods[i % 4]!,
        }),
      ),
    );
    for (const identifier of people.flatMap((person) => person.identifiers)) {
      const { status } = await node.lookup([identifier]);
      const key = node.platform.crypto.identifierKey(identifier.type, identifier.value);
      const excluded = await database.db.transaction((tx) => node.exclusions.isExcluded(tx, [key]));
      expect(status).toBe(excluded ? 'EXCLUDED' : 'CLEAR');
      expect(node.exclusions.seemsExcluded([key])).toBe(excluded);
    }
  });
});

describe('exclusions.lookupMany', () => {
  it('answers each check under its ref; a malformed one fails alone, named from the input’s root', async () => {
    const [person, clear] = newPeople(2);
    await node.register(person!.identifiers);
    const answer = await many([
      { ref: 'a', identifiers: [clear!.byPhone], purpose: 'bet' },
      { ref: 'b', identifiers: [], purpose: 'bet' },
      { ref: 'c', identifiers: [person!.byPhone], purpose: 'login' },
      { ref: 'd', identifiers: [person!.byPhone, { type: 'phone', value: '12' }], purpose: 'bet' },
    ]);
    expect(answer.results.map(({ ref }) => ref)).toEqual(['a', 'b', 'c', 'd']);
    expect(answer.results[0]).toMatchObject({ status: 'CLEAR' });
    expect(answer.results[1]).toMatchObject({
      error: { code: 'INVALID_INPUT', details: [{ path: 'checks[1].identifiers' }] },
    });
    expect(answer.results[2]).toMatchObject({ status: 'EXCLUDED' });
    expect(answer.results[3]).toMatchObject({
      error: { code: 'INVALID_INPUT', details: [{ path: 'checks[3].identifiers[1].value' }] },
    });
    expect(Object.keys(answer.results[3]!).sort()).toEqual(['error', 'ref']);
  });

  it('refuses a ref that comes twice, as a whole', async () => {
    const check = { identifiers: [newPerson().byPhone], purpose: 'bet' as const };
    const ask = async () =>
      many([
        { ref: 'a', ...check },
        { ref: 'b', ...check },
        { ref: 'a', ...check },
      ]);
    const error = await refusal(ask());
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: [{ path: 'checks[2].ref' }] });
  });

  it('answers a thousand, each with a check id of its own', async () => {
    const people = newPeople(1_000);
    await node.register(people[7]!.identifiers);
    const checks = people.map((person, i) => ({
      ref: `r${i}`,
      identifiers: [...person.identifiers],
      purpose: 'deposit' as const,
    }));
    const { results } = await many(checks);
    expect(
      results.filter((one) => 'status' in one && one.status === 'EXCLUDED').map(({ ref }) => ref),
    ).toEqual(['r7']);
    expect(new Set(results.map((one) => ('checkId' in one ? one.checkId : ''))).size).toBe(1_000);
  });

  it('counts what it answered', async () => {
    const before = node.exclusions.stats();
    const person = newPerson();
    await node.register(person.identifiers);
    await many([
      { ref: 'a', identifiers: [person.byPhone], purpose: 'bet' },
      { ref: 'b', identifiers: [newPerson().byPhone], purpose: 'bet' },
    ]);
    const after = node.exclusions.stats();
    expect([after.lookups - before.lookups, after.hits - before.hits]).toEqual([2, 1]);
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
    expect(total(after.latencyCounts) - total(before.latencyCounts)).toBe(2);
  });
});

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('the written answer of lookupMany', () => {
  it('is the JSON of its value, whatever the refs', async () => {
    const refs = ['plain', 'with "quotes"', '\\', '\u2028', '{"ref":"x"}', '\u0000\n', '\ud800', 'ümläut 👍'];
    const { byPhone } = newPerson();
    const checks = refs.map((ref) => ({ ref, identifiers: [byPhone], purpose: 'bet' as const }));
    checks.push({ ref: 'bad', identifiers: [], purpose: 'bet' });
    const { text } = await node.exclusions.domain.handlers.lookupMany({ checks }, callBy(OPERATOR));
    const value = JSON.parse(text) as { results: { ref: string }[] };
    expect(value.results.map(({ ref }) => ref)).toEqual([...refs, 'bad']);
    expect(text).toBe(JSON.stringify(value));
    expect(exclusions.lookupMany.output.parse(value)).toEqual(value);
  });
});
