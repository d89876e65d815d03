import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { alertsOf, newTill, type Till } from './support.ts';

let hub: TestHub;
let till: Till;
let session: string;

beforeAll(async () => {
  hub = await startTestHub();
  till = await newTill(hub);
  session = (await hub.account('operator', { operatorId: till.operatorId })).token;
});

afterAll(() => hub[Symbol.asyncDispose]());

const send = async <TName extends string>(name: TName, input: unknown) =>
  (await hub.http(name, input, { token: session })).body;

describe('the staff of an operator', () => {
  it('sees the customers and their tokens, rotates one, and reports one that is in wrong hands', async () => {
    const { token, handle } = await till.issue(newPerson().identifiers, 'customer 7');
    const { items } = ok(await send('tokens.mappings', {}));
    expect(items).toContainEqual(expect.objectContaining({ customerId: 'customer 7', handle, token }));

    const rotated = ok(await send('tokens.rotate', { token }));
    expect([rotated.handle, rotated.generation]).toEqual([handle, 2]);
    const anew = ok(await send('tokens.compromise', { token: rotated.token, reason: 'leaked' }));
    expect(await till.status(rotated.token)).toBe('TOKEN_REVOKED');
    expect(await till.status(anew.token)).toBe('CLEAR');

    ok(await send('tokens.revoke', { token: anew.token }));
    expect(await till.status(anew.token)).toBe('TOKEN_REVOKED');
    const { audit, generations } = ok(await send('tokens.history', { handle }));
    expect(generations.map(({ state }) => state)).toEqual(['revoked', 'compromised', 'revoked']);
    expect(audit.filter(({ actor }) => actor.startsWith('account:')).map(({ action }) => action)).toEqual([
      ...['token.revoked', 'token.compromised', 'token.rotated'],
    ]);
  });

  it('counts its own tokens, and no others', async () => {
    await (await newTill(hub)).issue(newPerson().identifiers);
    const { items } = ok(await send('tokens.statistics', {}));
    expect(items.map(({ operatorId }) => operatorId)).toEqual([till.operatorId]);
  });

  it('is told of another operator’s token as of one that is nobody’s, and somebody accountable hears of it', async () => {
    const other = await newTill(hub);
    const { token, handle } = await other.issue(newPerson().identifiers, 'theirs');
    const code = async (name: string, input: object) => refused(await send(name, input)).code;
    for (const name of ['tokens.rotate', 'tokens.revoke', 'tokens.history'] as const) {
      expect(await code(name, { token }), name).toBe('NOT_FOUND');
    }
    expect(await code('tokens.compromise', { token, reason: 'stolen' })).toBe('NOT_FOUND');
    expect(await code('tokens.history', { handle })).toBe('NOT_FOUND');
    expect(await code('tokens.statistics', { operatorId: other.operatorId })).toBe('NOT_FOUND');
    expect(ok(await send('tokens.mappings', {})).items.map(({ customerId }) => customerId)).not.toContain(
      'theirs',
    );
    expect(await other.status(token)).toBe('CLEAR');
    await probe(async () =>
      (await alertsOf(hub, 'tokens.foreign-use')).some(
        ({ facts }) => facts.owner === other.operatorId && facts.usedBy === till.operatorId,
      ),
    );
  });

  it('does not issue, map or ask: identity data stays with its systems', async () => {
    const { token } = await till.issue(newPerson().identifiers);
    const inputs = {
      'tokens.issue': { identifiers: newPerson().identifiers },
      'tokens.map': { token, customerId: 'c' },
      'tokens.unmap': { customerId: 'c' },
      'tokens.validate': { token, purpose: 'bet' },
      'tokens.crossReference': { token },
    };
    for (const [name, input] of Object.entries(inputs)) {
      expect(refused(await send(name, input)).code, name).toBe('FORBIDDEN');
    }
  });
});
