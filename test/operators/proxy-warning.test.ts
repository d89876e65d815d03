import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';

async function warningsOf(env: Record<string, string>): Promise<number> {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  await using hub = await startTestHub({ log, env });
  const headers = { 'x-forwarded-for': '203.0.113.9' };
  for (let i = 0; i < 3; i++) await hub.http('identity.me', {}, { headers });
  (await hub.connect({}, { extraHeaders: headers })).disconnect();
  return lines.filter((line) => line.includes('TRUSTED_PROXIES')).length;
}

test('a proxy on this machine that nobody named is warned of once', async () => {
  expect(await warningsOf({})).toBe(1);
  expect(await warningsOf({ TRUSTED_PROXIES: '127.0.0.1,::1' })).toBe(0);
});
