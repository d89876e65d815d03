import { setFlagsFromString } from 'node:v8';
import '@kinga/server/hub.ts';
import { runProcess } from '@kinga/server/platform/lifecycle/run-process.ts';

setFlagsFromString('--allow-natives-syntax');
const areFast = new Function('return %HasFastProperties(String.prototype)') as () => boolean;

/** Says whether string methods are fast, with all of a hub imported: before a process runs, and in it. */
process.stdout.write(`imported: ${areFast()}\n`);
await runProcess(async (scope) => {
  process.stdout.write(`running: ${areFast()}\n`);
  scope.end();
});
