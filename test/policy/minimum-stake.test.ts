import { afterAll, beforeAll, expect, test } from 'vitest';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';
import { valuesWith } from './support.ts';

let hub: TestHub;

beforeAll(async () => {
  hub = await startTestHub();
});

afterAll(() => hub[Symbol.asyncDispose]());

test('a market that names no minimum asks for the policy’s, of the version in force when it is opened', async () => {
  const { token: admin } = await hub.account('admin');
  const { token: regulator } = await hub.account('regulator');
  const open = async () => {
    const closesAt = new Date(Date.now() + 3_600_000).toISOString();
    return ok((await hub.http('markets.open', { question: 'Rain?', closesAt }, { token: admin })).body);
  };
  expect(await open()).toMatchObject({ minStakeMinor: '2000' });
  const values = valuesWith(({ minimumStake }) => {
    minimumStake.amountMinor = '5000';
  });
  ok((await hub.http('policy.publish', { values, note: 'Dearer' }, { token: regulator })).body);
  await probe(async () => (await open()).minStakeMinor === '5000');
});
