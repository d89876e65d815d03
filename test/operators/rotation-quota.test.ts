import { expect, test } from 'vitest';
import { ok, refused } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };
const lookups = (count: number) => ({
  checks: Array.from({ length: count }, (_, i) => ({ ...LOOKUP, ref: `r${i}` })),
});

async function keyWith(hub: TestHub, terms: object) {
  const { token } = await hub.admin();
  const { operatorId } = await hub.operatorKey();
  const request = { operatorId, label: 'till', scopes: ['exclusions:lookup'], ...terms };
  const key = ok((await hub.http('operators.issueKey', request, { token })).body);
  const staff = await hub.account('operator', { operatorId });
  const rotate = async (keyId: string) => {
    const rotation = { keyId, overlapHours: 24 };
    return ok((await hub.http('operators.rotateKey', rotation, { token: staff.token })).body);
  };
  return { ...key, rotate };
}

test('a rotated key shares its day with the old one, on every node: rotating gives no fresh quota', async () => {
  await using one = await startTestHub();
  await using two = await startTestHub({ database: one.database });
  const first = await keyWith(one, { quotaPerDay: 10 });
  ok((await one.http('exclusions.lookupMany', lookups(8), first)).body);
  const second = await first.rotate(first.keyId);
  const third = await first.rotate(second.keyId);
  for (const { apiKey } of [second, third, first]) {
    const answer = await one.http('exclusions.lookupMany', lookups(8), { apiKey });
    expect(refused(answer.body).code).toBe('RATE_LIMITED');
  }
  await probe(async () => {
    const { body } = await two.http('exclusions.lookup', LOOKUP, { apiKey: third.apiKey });
    return !body.ok && body.error.code === 'RATE_LIMITED';
  });
});

test('through the overlap the two keys have one quota a second', async () => {
  await using hub = await startTestHub();
  const first = await keyWith(hub, { quotaPerSecond: 8 });
  const second = await first.rotate(first.keyId);
  // More than a second's at once is paid back by waiting: many seconds of it.
  ok((await hub.http('exclusions.lookupMany', lookups(200), { apiKey: second.apiKey })).body);
  const answer = await hub.http('exclusions.lookup', LOOKUP, { apiKey: first.apiKey });
  expect(refused(answer.body).code).toBe('RATE_LIMITED');
});
