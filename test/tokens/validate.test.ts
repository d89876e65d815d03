import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople, newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { alertsOf, exclude, newTill, type Till } from './support.ts';

let hub: TestHub;
let till: Till;
let other: Till;

beforeAll(async () => {
  hub = await startTestHub();
  till = await newTill(hub);
  other = await newTill(hub);
});

afterAll(() => hub[Symbol.asyncDispose]());

const WELL_FORMED = 'bst1_';

describe('tokens.validate', () => {
  it('answers what a lookup of the person would, and is recorded as a check', async () => {
    const person = newPerson();
    const { token } = await till.issue([...person.identifiers, person.byEmail]);
    const clear = await till.ask('tokens.validate', { token, purpose: 'bet' });
    expect(clear).toMatchObject({
      status: 'CLEAR',
      asOf: expect.any(String),
      seq: expect.any(Number),
      validUntil: expect.any(String),
      checkId: expect.stringMatching(/^c_[0-9a-f]{32}$/),
    });
    await exclude(hub, [person.byEmail]);
    const excluded = await till.ask('tokens.validate', { token, purpose: 'login' });
    expect(excluded.status).toBe('EXCLUDED');
    for (const [{ checkId }, answer] of [
      [clear, 'C'],
      [excluded, 'E'],
    ] as const) {
      await probe(async () => {
        const { rows } = await hub.database.pool.query('SELECT answer FROM checks WHERE id = $1', [
          checkId.slice(2),
        ]);
        return rows[0]?.answer === answer;
      });
    }
  });

  it('knows an exclusion by any identifier of the subject, also one it gains later', async () => {
    for (const by of ['byNationalId', 'byPhone', 'byEmail', 'byPassport'] as const) {
      const person = newPerson();
      const { token } = await till.issue([
        person.byNationalId,
        person.byPhone,
        person.byEmail,
        person.byPassport,
      ]);
      await exclude(hub, [person[by]]);
      expect(await till.status(token), by).toBe('EXCLUDED');
    }
    const [person, sim] = newPeople(2);
    const { token } = await till.issue(person!.identifiers);
    await exclude(hub, [sim!.byPhone]);
    expect(await till.status(token)).toBe('CLEAR');
    expect((await till.issue([person!.byNationalId, sim!.byPhone])).token).toBe(token);
    expect(await till.status(token)).toBe('EXCLUDED');
  });

  it('finds a typo by its path without asking anything', async () => {
    const { token } = await till.issue(newPerson().identifiers);
    const flipped = token.slice(0, 12) + (token[12] === '0' ? '1' : '0') + token.slice(13);
    for (const typed of [flipped, token.slice(0, -1), `${token}0`, token.toLowerCase(), WELL_FORMED, '']) {
      const { code, details } = await till.refusal('tokens.validate', { token: typed, purpose: 'bet' });
      expect([code, details?.[0]?.path], typed).toEqual(['INVALID_INPUT', 'token']);
    }
  });

  it('does not know another operator’s token, and says so to somebody accountable', async () => {
    const { token, handle } = await other.issue(newPerson().identifiers);
    const foreign = await till.refusal('tokens.validate', { token, purpose: 'bet' });
    const unknown = await till.refusal('tokens.validate', { token: await unknownToken(), purpose: 'bet' });
    expect({ ...foreign, requestId: '' }).toEqual({ ...unknown, requestId: '' });
    expect(foreign.code).toBe('NOT_FOUND');
    const alert = await probe(async () =>
      (await alertsOf(hub, 'tokens.foreign-use')).find(({ facts }) => facts.handle === handle),
    );
    expect(alert).toMatchObject({ operatorId: till.operatorId, severity: 'critical' });
    expect(alert.explanation).toContain(other.operatorId);
    for (const name of ['tokens.rotate', 'tokens.revoke', 'tokens.history']) {
      expect((await till.refusal(name, { token })).code, name).toBe('NOT_FOUND');
    }
    expect(await other.status(token)).toBe('CLEAR');
  });

  /** Well formed, and nobody's any more. */
  async function unknownToken(): Promise<string> {
    const { token, handle } = await other.issue(newPerson().identifiers);
    await hub.database.pool.query('DELETE FROM tokens WHERE subject_id = $1', [handle]);
    return token;
  }

  it('answers on a socket in the turn it is asked, many at once', async () => {
    const { token } = await till.issue(newPerson().identifiers);
    const socket = await hub.connect({ apiKey: till.apiKey });
    const acks = await Promise.all(
      Array.from({ length: 200 }, () => hub.call(socket, 'tokens.validate', { token, purpose: 'bet' })),
    );
    expect(new Set(acks.map((ack) => ok(ack).status))).toEqual(new Set(['CLEAR']));
  });
});

describe('tokens.validateMany', () => {
  it('joins by ref in any order, and one that cannot be answered fails alone', async () => {
    const people = newPeople(30);
    const issued = await Promise.all(people.map((person) => till.issue(person.identifiers)));
    for (const index of [3, 17]) await exclude(hub, people[index]!.identifiers);
    const theirs = await other.issue(newPerson().identifiers);
    const revoked = await till.issue(newPerson().identifiers);
    await till.ask('tokens.revoke', { token: revoked.token });
    const checks = [
      ...issued.map(({ token }, i) => ({ ref: `p${i}`, token, purpose: 'bet' })),
      { ref: 'typo', token: 'bst1_0', purpose: 'bet' },
      { ref: 'theirs', token: theirs.token, purpose: 'bet' },
      { ref: 'revoked', token: revoked.token, purpose: 'login' },
    ].sort(({ ref: a }, { ref: b }) => (a < b ? 1 : -1));
    const { results } = await till.ask('tokens.validateMany', { checks });
    expect(results.map(({ ref }) => ref)).toEqual(checks.map(({ ref }) => ref));
    const said = new Map(
      results.map((result) => [result.ref, 'error' in result ? result.error.code : result.status]),
    );
    for (const [i] of issued.entries()) {
      expect(said.get(`p${i}`)).toBe(i === 3 || i === 17 ? 'EXCLUDED' : 'CLEAR');
    }
    expect([said.get('typo'), said.get('theirs'), said.get('revoked')]).toEqual([
      'INVALID_INPUT',
      'NOT_FOUND',
      'TOKEN_REVOKED',
    ]);
    for (const named of ['typo', 'theirs']) {
      const result = results.find(({ ref }) => ref === named);
      const index = checks.findIndex(({ ref }) => ref === named);
      expect(result).toMatchObject({ error: { details: [{ path: `checks[${index}].token` }] } });
    }
  });

  it('takes a key that may only validate, and nobody else', async () => {
    const { token } = await till.issue(newPerson().identifiers);
    const checks = [{ ref: 'a', token, purpose: 'bet' }];
    const stranger = await newTill(hub, ['exclusions:lookup']);
    for (const [name, input] of [
      ['tokens.validate', { token, purpose: 'bet' }],
      ['tokens.validateMany', { checks }],
    ] as const) {
      expect((await stranger.refusal(name, input)).code).toBe('FORBIDDEN');
      expect((await hub.http(name, input)).status).toBe(401);
      expect((await hub.http(name, input, { token: (await hub.admin()).token })).status).toBe(403);
    }
    const twice = await till.refusal('tokens.validateMany', { checks: [...checks, ...checks] });
    expect(twice.details?.[0]?.path).toBe('checks[1].ref');
  });
});
