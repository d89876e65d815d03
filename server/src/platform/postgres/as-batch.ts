import { spawnSync } from 'node:child_process';

/** util-linux: part of every Debian. */
const AS_BATCH = ['chrt', '--batch', '0'] as const;

/**
 * To be put before a program that shares this machine with the hub. As batch work (sched(7)) PostgreSQL has its
 * share of the processors all the same, but a backend that wakes up waits for its turn, where it would interrupt
 * an answer that takes microseconds. Niceness cannot do that: its processes are sessions, and Linux weighs each
 * session as a whole. Without chrt: nothing.
 */
export function batchPrefix(): readonly string[] {
  const [chrt, ...args] = AS_BATCH;
  return spawnSync(chrt, [...args, 'true'], { stdio: 'ignore' }).status === 0 ? AS_BATCH : [];
}
