import { acquireLock } from '@kinga/server/platform/lifecycle/lock-file.ts';

/** Tries every lock at its own moment, so that several of these meet; prints the numbers of those it got. */
const [folder = '', count = '0', startAtMs = '0', everyMs = '1'] = process.argv.slice(2);
const won: number[] = [];
for (let round = 0; round < Number(count); round++) {
  const moment = Number(startAtMs) + round * Number(everyMs);
  while (Date.now() < moment);
  if (acquireLock(`${folder}/${round}.lock`)) won.push(round);
}
process.stdout.write(JSON.stringify(won));
// Stays alive until everyone has tried: a lock of the dead would be anybody's.
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
