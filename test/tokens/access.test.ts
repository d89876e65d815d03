import { tokens } from '@kinga/shared/tokens/contract.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { newTill, type Till } from './support.ts';

let hub: TestHub;
let till: Till;
let token: string;

beforeAll(async () => {
  hub = await startTestHub();
  till = await newTill(hub);
  token = (await till.issue(newPerson().identifiers)).token;
});

afterAll(() => hub[Symbol.asyncDispose]());

const { identifiers } = newPerson();
const GOOD: Readonly<Record<keyof typeof tokens, () => unknown>> = {
  issue: () => ({ identifiers }),
  issueMany: () => ({ items: [{ ref: 'a', identifiers }] }),
  validate: () => ({ token, purpose: 'bet' }),
  validateMany: () => ({ checks: [{ ref: 'a', token, purpose: 'bet' }] }),
  rotate: () => ({ token }),
  revoke: () => ({ token }),
  revokeMany: () => ({ items: [{ ref: 'a', token }] }),
  compromise: () => ({ token, reason: 'leaked' }),
  map: () => ({ token, customerId: 'c' }),
  unmap: () => ({ customerId: 'c' }),
  mappings: () => ({}),
  history: () => ({ token }),
  crossReference: () => ({ token }),
  statistics: () => ({}),
};

describe.each(Object.keys(GOOD) as (keyof typeof tokens)[])('tokens.%s', (key) => {
  const { name } = tokens[key];

  it('is refused to strangers, to keys without the scope, and to people it is not for', async () => {
    const input = GOOD[key]();
    const code = async (credentials: object) => refused((await hub.http(name, input, credentials)).body).code;
    expect(await code({})).toBe('UNAUTHENTICATED');
    const { apiKey } = await hub.operatorKey(['exclusions:lookup', 'exclusions:watch', 'operator:self']);
    expect(await code({ apiKey })).toBe('FORBIDDEN');
    // An operator's staff tends tokens, and what it may not is for its systems; whoever is of no operator may nothing.
    for (const role of ['bettor', 'citizen', 'support', 'operator'] as const) {
      const { token: session } = await hub
        .account(role, { identifiers: newPerson().identifiers })
        .catch(() => hub.account(role));
      expect(await code({ token: session }), role).toBe('FORBIDDEN');
    }
  });

  it('names a field it does not know, and each that is malformed', async () => {
    const caller = key === 'crossReference' ? { token: (await hub.admin()).token } : { apiKey: till.apiKey };
    const unknown = { ...(GOOD[key]() as object), operatorid: 'op_1' };
    const { code, details } = refused((await hub.http(name, unknown, caller)).body);
    expect([code, details?.map(({ path }) => path)]).toEqual(['INVALID_INPUT', ['operatorid']]);
    if (!('token' in (GOOD[key]() as object))) return;
    const typo = { ...(GOOD[key]() as object), token: `${token.slice(0, -1)}*` };
    expect(refused((await hub.http(name, typo, caller)).body).details?.[0]?.path).toBe('token');
  });
});

it('every malformed field is named at once, a token and an identifier among them', async () => {
  const pathsOf = async (name: string, input: object) =>
    (await till.refusal(name, input)).details?.map(({ path }) => path);
  const typo = `${token.slice(0, -1)}*`;
  expect(await pathsOf('tokens.validate', { token: typo })).toEqual(['purpose', 'token']);
  expect(await pathsOf('tokens.compromise', { token: typo, reason: 'no' })).toEqual(['reason', 'token']);
  expect(await pathsOf('tokens.map', { token: typo, customerId: '' })).toEqual(['customerId', 'token']);
  expect(await pathsOf('tokens.validate', { token: 'x'.repeat(101) })).toEqual(['token', 'purpose']);
  const identifiers = [{ type: 'nationalId', value: 'x' }];
  expect(await pathsOf('tokens.issue', { identifiers, customerId: '' })).toEqual([
    'customerId',
    'identifiers[0].value',
  ]);
});

it('statistics of an operator there is not are NOT_FOUND, for staff as for another operator', async () => {
  const { token: session } = await hub.admin();
  const { body } = await hub.http('tokens.statistics', { operatorId: 'op_no' }, { token: session });
  expect(refused(body)).toMatchObject({ code: 'NOT_FOUND', message: 'There is no such operator' });
  const { operatorId } = await hub.operatorKey();
  expect(await till.refusal('tokens.statistics', { operatorId })).toMatchObject({
    code: 'NOT_FOUND',
    message: 'There is no such operator',
  });
});

it('after a restore a node forgets the tokens that are no more', async () => {
  const lost = await till.issue(newPerson().identifiers);
  expect(await till.status(lost.token)).toBe('CLEAR');
  // A backup from before the token is restored: the rows are gone, and the epoch is another.
  // The use just counted may be written at any moment, and must not come between the two.
  await hub.database.pool.query(
    `BEGIN; LOCK TABLE token_usage IN EXCLUSIVE MODE; DELETE FROM token_usage;
     DELETE FROM tokens WHERE subject_id = '${lost.handle}'; COMMIT`,
  );
  expect(await till.status(lost.token)).toBe('CLEAR');
  await hub.database.pool.query(`UPDATE database_epoch SET epoch = gen_random_uuid()`);
  await probe(async () => (await till.status(lost.token)) === 'NOT_FOUND');
});
