import { newApiKey } from '@kinga/server/domains/operators/keys/key-format.ts';
import { expect, test } from 'vitest';
import { refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';

const LOOKUP = { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' };

test('made-up keys from one address do not reach PostgreSQL for ever, and disturb nobody’s good key', async () => {
  await using hub = await startTestHub({
    env: { TRUSTED_PROXIES: '127.0.0.1' },
    limits: { anonymousPerHour: 1_000_000 },
  });
  const { apiKey } = await hub.operatorKey();
  const ask = async (key: string, address: string) =>
    (await hub.http('exclusions.lookup', LOOKUP, { apiKey: key, headers: { 'x-forwarded-for': address } }))
      .body;
  expect((await ask(apiKey, '203.0.113.7')).ok).toBe(true);
  const codes: string[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const answers = Array.from({ length: 50 }, () => ask(newApiKey('live'), '203.0.113.7'));
    codes.push(...(await Promise.all(answers)).map((answer) => refused(answer).code));
  }
  expect(codes[0]).toBe('UNAUTHENTICATED');
  expect(codes.filter((code) => code === 'RATE_LIMITED').length).toBeGreaterThan(200);
  expect((await ask(apiKey, '203.0.113.7')).ok).toBe(true);
  expect(refused(await ask(newApiKey('live'), '198.51.100.4')).code).toBe('UNAUTHENTICATED');
});
