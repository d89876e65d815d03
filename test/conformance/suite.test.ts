import { connect, runConformance } from '@kinga/client-sdk';
import { VECTORS } from '@kinga/shared/conformance/vectors.ts';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { CARELESS } from './careless.ts';
import { HONEST, integrationOf } from './operators.ts';
import { callsOverHttp, lineOverHttp, lineOverSdk, sandboxKey } from './support.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

describe('an honest operator passes every vector', () => {
  it('over a socket, with the SDK', async () => {
    const { apiKey } = await sandboxKey(hub);
    await using client = await connect({ url: hub.url, apiKey });
    const result = await runConformance(client, integrationOf(lineOverSdk(client), HONEST));
    expect(result.failed).toEqual([]);
    expect(result).toMatchObject({ state: 'passed', open: 0, passed: VECTORS.length });
  });

  it('with the SDK’s own batching of lookups', async () => {
    const { apiKey } = await sandboxKey(hub);
    await using client = await connect({ url: hub.url, apiKey });
    const { decide } = integrationOf(lineOverSdk(client), HONEST);
    expect(await runConformance(client, { decide })).toMatchObject({ state: 'passed', failed: [] });
  });

  it('over plain HTTP', async () => {
    const { apiKey } = await sandboxKey(hub);
    const integration = integrationOf(lineOverHttp(hub, apiKey), HONEST);
    const result = await runConformance(callsOverHttp(hub, apiKey), integration);
    expect(result.failed).toEqual([]);
    expect(result.state).toBe('passed');
  });
});

describe('an operator fails where it is careless, and nowhere that has nothing to do with it:', () => {
  it.each(CARELESS)('$repeats: $what', async ({ house, caughtBy, repeats }) => {
    const { apiKey } = await sandboxKey(hub);
    await using client = await connect({ url: hub.url, apiKey });
    const result = await runConformance(client, integrationOf(lineOverSdk(client), house));
    expect(result.state).toBe('failed');
    const failed = result.failed.map(({ vector }) => vector);
    expect(failed).toEqual(expect.arrayContaining([...caughtBy]));
    expect(result.failed.some(({ covers }) => covers.includes(repeats))).toBe(true);
    expect(result.passed).toBeGreaterThan(VECTORS.length / 3);
  });
});

test('who guesses right without asking has passed nothing that must be asked', async () => {
  const { apiKey } = await sandboxKey(hub);
  const calls = callsOverHttp(hub, apiKey);
  const rights = new Map(VECTORS.map(({ id, expect: right }) => [id, right[0]!]));
  const result = await runConformance(calls, {
    decide: async ({ id }) => {
      const { rows } = await hub.database.pool.query(
        'SELECT vector FROM conformance_situations WHERE id = $1',
        [id],
      );
      return { decision: rights.get(rows[0].vector)! };
    },
  });
  expect(result.failed.map(({ vector }) => vector).sort()).toEqual(
    VECTORS.filter(({ mustAsk }) => mustAsk)
      .map(({ id }) => id)
      .sort(),
  );
});
