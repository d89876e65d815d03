import { setFlagsFromString } from 'node:v8';
import { runProcess } from '@kinga/server/platform/lifecycle/run-process.ts';

setFlagsFromString('--allow-natives-syntax');
const areFast = new Function('return %HasFastProperties(String.prototype)') as () => boolean;
/** What a class that extends String does to every string, as one in ioredis does. */
const slowDown = new Function('%OptimizeObjectForAddingMultipleProperties(String.prototype, 1000)');

/** Says whether string methods are fast, in a process and once all of a hub is imported. */
slowDown();
process.stdout.write(`slowed down: ${areFast()}\n`);
await runProcess(async (scope) => {
  process.stdout.write(`running: ${areFast()}\n`);
  await import('@kinga/server/hub.ts');
  process.stdout.write(`a hub imported: ${areFast()}\n`);
  scope.end();
});
