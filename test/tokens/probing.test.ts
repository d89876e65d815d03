import { newToken } from '@kinga/server/domains/tokens/index.ts';
import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { alertsOf, newTill } from './support.ts';

const PROBING = 'tokens.probing';

test('a key that asks by many tokens that are not its operator’s is told of: which kinds, how many', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const other = await newTill(hub);
  const { token: foreign } = await other.issue(newPerson().identifiers);
  const ask = (tokens: readonly string[]) =>
    till.ask('tokens.validateMany', {
      checks: tokens.map((token, i) => ({ ref: `r${i}`, token, purpose: 'bet' })),
    });
  await ask([foreign, ...Array.from({ length: 9 }, newToken)]);
  await ask(Array.from({ length: 9 }, () => newToken().slice(1)));
  expect((await till.refusal('tokens.validate', { token: newToken(), purpose: 'bet' })).code).toBe(
    'NOT_FOUND',
  );
  // Twenty are a fault of a till.
  expect(await alertsOf(hub, PROBING)).toEqual([]);
  expect((await till.refusal('tokens.validate', { token: 'guess', purpose: 'bet' })).code).toBe(
    'INVALID_INPUT',
  );
  const [alert] = await probe(async () => {
    const alerts = await alertsOf(hub, PROBING);
    return alerts.length > 0 && alerts;
  });
  expect(alert).toMatchObject({
    operatorId: till.operatorId,
    severity: 'warning',
    count: 1,
    facts: { malformed: 10, unknown: 10, foreign: 1, tokensMax: 20 },
  });
});

test('tokens of its own, however many and in whatever state, are no probing', async () => {
  await using hub = await startTestHub();
  const till = await newTill(hub);
  const { token } = await till.issue(newPerson().identifiers);
  const { token: ended } = await till.issue(newPerson().identifiers);
  await till.ask('tokens.revoke', { token: ended });
  for (let i = 0; i < 30; i++) {
    expect(await till.status(token)).toBe('CLEAR');
    expect(await till.status(ended)).toBe('TOKEN_REVOKED');
  }
  expect(await alertsOf(hub, PROBING)).toEqual([]);
});
