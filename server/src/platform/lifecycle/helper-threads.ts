import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

const THREADS = '/proc/self/task';
const HELPER = 'V8Worker';

/**
 * V8 compiles and collects on threads of its own, milliseconds at a time, and the kernel likes to wake them on
 * the processor of the thread that answers. A helper never takes it from there: it runs where nobody else wants
 * to. Only Linux has a priority for each thread; elsewhere nothing changes.
 */
export function putHelperThreadsLast(): void {
  for (const thread of threads()) {
    try {
      const isHelper = readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim() === HELPER;
      if (isHelper) setPriority(Number(thread), constants.priority.PRIORITY_LOW);
    } catch {
      // A thread that has just ended, or a sandbox that does not allow it: only slower.
    }
  }
}

function threads(): string[] {
  try {
    return readdirSync(THREADS);
  } catch {
    return [];
  }
}
