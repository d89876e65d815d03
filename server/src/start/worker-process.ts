import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../platform/lifecycle/within.ts';

const RESTART_MS_MIN = 200;
const RESTART_MS_MAX = 10_000;
/** A worker that lived so long did not die of its start. */
const HEALTHY_MS = 30_000;
const STOP_MS_MAX = 4_500;

export interface WorkerProcessOptions {
  readonly entry: string;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** A worker that is started again whenever it dies. */
export interface WorkerProcess {
  stop(): Promise<void>;
}

/**
 * The worker is detached, so that Ctrl-C reaches the supervisor alone; it leaves by itself when the channel to its
 * parent closes, whatever the parent died of.
 */
export function superviseWorker(options: WorkerProcessOptions): WorkerProcess {
  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  const keepRunning = async () => {
    let waitMs = RESTART_MS_MIN;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      child = spawn(process.execPath, [options.entry], {
        env: options.env,
        detached: true,
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const [code, signal] = await once(child, 'exit');
      child = undefined;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > HEALTHY_MS) waitMs = RESTART_MS_MIN;
      options.say(`kinga: the worker ended by itself (${signal ?? code}); starting it again`);
      await delay(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
      waitMs = Math.min(waitMs * 2, RESTART_MS_MAX);
    }
  };
  const running = keepRunning();
  return {
    stop: async () => {
      stopping.abort();
      child?.kill('SIGTERM');
      await within(STOP_MS_MAX, () => running).catch(() => child?.kill('SIGKILL'));
    },
  };
}
