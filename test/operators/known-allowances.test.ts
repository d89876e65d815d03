import { setTimeout as delay } from 'node:timers/promises';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KeyAllowance } from '@kinga/server/domains/operators/keys/allowance.ts';
import { KnownAllowances } from '@kinga/server/domains/operators/keys/known-allowances.ts';
import { expect, test } from 'vitest';
import { probe } from '../support/probe.ts';

v8.setFlagsFromString('--expose_gc');
const collectGarbage: () => void = runInNewContext('gc');

const FREE = { perSecond: null, perDay: null };
const key = (keyId: string, firstId = keyId) =>
  ({ keyId, firstId, operatorId: 'op_1', environment: 'live' }) as const;
const told = (allowance: KeyAllowance, used: number, leftMs = 86_400_000) =>
  allowance.exchanged(allowance.pending() ?? { used: 0, refused: 0 }, {
    used,
    endsAtMs: performance.now() + leftMs,
  });

/** In a function of its own: nothing of it is held afterwards. */
function useOnce(known: KnownAllowances, keyId: string): void {
  const allowance = known.of(key(keyId), FREE);
  allowance.take(1, performance.now());
  told(allowance, 1);
}

/** As each round of the exchange does, with the garbage collected between them. */
function forgotten(known: KnownAllowances, size: number): Promise<boolean> {
  return probe(async () => {
    known.rest();
    await delay(1);
    collectGarbage();
    return known.size === size;
  });
}

test('keys that nobody uses any more are forgotten, however many there were', async () => {
  const known = new KnownAllowances(0);
  for (let i = 0; i < 1_000; i++) useOnce(known, `key_${i}`);
  expect(known.size).toBeGreaterThan(1_000);
  await forgotten(known, 0);
});

test('what is still to be told is not forgotten, nor what is known of a day’s quota before the day is over', async () => {
  const known = new KnownAllowances(0);
  known.of(key('key_untold'), FREE).take(1, performance.now());
  const limited = { perSecond: null, perDay: 10 };
  told(known.of(key('key_full'), limited), 10);
  told(known.of(key('key_over'), limited), 10, 0);
  await forgotten(known, 4);
  expect([...known].map(([keyId]) => keyId)).toEqual(['key_untold', 'key_full']);
  expect(known.of(key('key_full'), limited).take(1, performance.now())).toBeGreaterThan(0);
});

test('a socket that was quiet for long is counted as ever, and has one quota with what comes anew', async () => {
  const known = new KnownAllowances(0);
  const onSocket = known.of(key('key_1'), FREE);
  told(onSocket, 0);
  await forgotten(known, 2);
  onSocket.take(3, performance.now());
  expect([...known].map(([keyId, allowance]) => [keyId, allowance.pending()?.used])).toEqual([['key_1', 3]]);
  expect(known.of(key('key_1'), FREE)).toBe(onSocket);
  expect(known.of(key('key_2', 'key_1'), FREE).shared).toBe(onSocket.shared);
});
