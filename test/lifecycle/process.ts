import { setTimeout as delay } from 'node:timers/promises';
import { runProcess } from '@kinga/server/platform/lifecycle/run-process.ts';

/** A process that tells what becomes of it; the first argument says what it is like. */
const [kind = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

await runProcess(async (scope) => {
  if (kind === 'fails') {
    scope.defer('the first', async () => say('put away the first'));
    throw new Error('KEY: cannot start\nand a second line');
  }
  scope.onDrain('work', async () => {
    say('draining');
    await delay(200);
    say('drained');
  });
  scope.defer('the first', async () => say('put away the first'));
  scope.defer('the second', async () => {
    say('put away the second');
    if (kind === 'hangs') await new Promise(() => {});
  });
  if (kind === 'crashes') setTimeout(() => Promise.reject(new Error('nobody caught this')), 10);
  say('ready');
  if (kind === 'slow') await delay(300);
  if (kind === 'stuck') await delay(60_000);
  scope.checkpoint();
  setInterval(() => {}, 60_000);
});
