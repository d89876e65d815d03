import { expect, test } from 'vitest';
import { promptly, ranMs } from './promptly.ts';

const NEVER = () => false;

test('what is not so in time is said so', async () => {
  await expect(promptly(NEVER, { ms: 100, what: 'the end' })).rejects.toThrow(
    'the end was not so within 100 ms',
  );
});

test('the time in which this process itself works counts', () => {
  const beganMs = ranMs();
  const began = process.cpuUsage();
  const workedMs = () => process.cpuUsage(began).user / 1_000;
  while (workedMs() < 500);
  expect(ranMs() - beganMs).toBeGreaterThan(400);
});

test('the time in which it does not run does not', () => {
  const beganMs = ranMs();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  expect(ranMs() - beganMs).toBeLessThan(500);
});
