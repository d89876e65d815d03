import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok, refused } from '../../support/client.ts';
import { startTestHub, type TestHub } from '../../support/hub.ts';
import { newPerson } from '../../support/people.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(() => hub[Symbol.asyncDispose]());

const identifiers = () => [newPerson().byPhone];
const inputs = {
  'exclusions.lookup': () => ({ identifiers: identifiers(), purpose: 'bet' }),
  'exclusions.lookupMany': () => ({ checks: [{ ref: 'a', identifiers: identifiers(), purpose: 'bet' }] }),
} as const;

describe.each(Object.keys(inputs) as (keyof typeof inputs)[])('%s', (name) => {
  it('is answered to an API key with the scope, on a socket and over HTTP', async () => {
    const { apiKey } = await hub.operatorKey(['exclusions:lookup']);
    const socket = await hub.connect({ apiKey });
    ok(await hub.call(socket, name, inputs[name]()));
    ok((await hub.http(name, inputs[name](), { apiKey })).body);
  });

  it('is refused to strangers, to keys without the scope, and to people whatever their role', async () => {
    const { apiKey } = await hub.operatorKey(['exclusions:watch']);
    expect(refused((await hub.http(name, inputs[name]())).body).code).toBe('UNAUTHENTICATED');
    expect(refused((await hub.http(name, inputs[name](), { apiKey })).body).code).toBe('FORBIDDEN');
    for (const { token } of [await hub.admin(), await hub.bettor()]) {
      expect(refused((await hub.http(name, inputs[name](), { token })).body).code).toBe('FORBIDDEN');
    }
  });

  it('names what is wrong with its input', async () => {
    const { apiKey } = await hub.operatorKey(['exclusions:lookup']);
    const { code, details } = refused((await hub.http(name, { purpose: 'bets' }, { apiKey })).body);
    expect([code, (details ?? []).length > 0]).toEqual(['INVALID_INPUT', true]);
  });
});

it('takes at most a thousand checks in one lookupMany', async () => {
  const { apiKey } = await hub.operatorKey();
  const shared = identifiers();
  const checks = Array.from({ length: 1_001 }, (_, i) => ({
    ref: String(i),
    identifiers: shared,
    purpose: 'login',
  }));
  const { body } = await hub.http('exclusions.lookupMany', { checks }, { apiKey });
  expect(refused(body).code).toBe('INVALID_INPUT');
  const most = await hub.http('exclusions.lookupMany', { checks: checks.slice(1) }, { apiKey });
  expect(ok(most.body).results).toHaveLength(1_000);
});

it('records every lookup that came over the wire under the key’s number', async () => {
  const { apiKey } = await hub.operatorKey();
  const socket = await hub.connect({ apiKey });
  const asked = await Promise.all(
    Array.from({ length: 20 }, () => hub.call(socket, 'exclusions.lookup', inputs['exclusions.lookup']())),
  );
  const ids = asked.map((ack) => ok(ack).checkId.slice(2));
  await expect
    .poll(
      async () => {
        const { rows } = await hub.database.pool.query<{ keys: number; count: number }>(
          `SELECT count(DISTINCT key_no)::int AS keys, count(*)::int AS count
           FROM checks WHERE id = ANY($1::uuid[])`,
          [ids],
        );
        return rows[0];
      },
      { timeout: 10_000 },
    )
    .toEqual({ keys: 1, count: 20 });
});
