import { setTimeout as delay } from 'node:timers/promises';
import { restoreFastStrings } from './fast-strings.ts';
import { putHelperThreadsLast } from './helper-threads.ts';
import { commandOf } from './process-identity.ts';
import { describeStartError } from './start-error.ts';
import { within } from './within.ts';

/** A process ends within 10 s of the first signal: finishing its work, putting things away, and a reserve. */
const DRAIN_MS_MAX = 5_000;
const UNDO_MS_MAX = 4_000;
const END_MS_MAX = 9_500;
/** How long a start may take to its next checkpoint once the end was asked for; less than half, as the rest follows. */
const START_END_MS_MAX = 3_000;
const PARENT_LOOK_MS = 250;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** What a process has begun and must end. */
export interface Scope {
  /** Done when the end is asked for, all at the same time, before anything is put away. */
  onDrain(name: string, drain: () => Promise<unknown>): void;
  /** Done after draining, the latest first; also when the start fails. */
  defer(name: string, undo: () => Promise<unknown>): void;
  /** To be called between slow steps of a start: throws when the end was asked for meanwhile. */
  checkpoint(): void;
  /** Asks for the end, as a signal would. */
  end(exitCode?: number): void;
}

/**
 * The life of every process: start, wait for a signal, drain, put away, exit. A signal that arrives again changes
 * nothing, because npm, a terminal and a supervisor may each send one. A start that fails is one line.
 */
export async function runProcess(start: (scope: Scope) => Promise<void>): Promise<never> {
  restoreFastStrings();
  putHelperThreadsLast();
  const life = new Life();
  let exitCode = 0;
  try {
    await life.unlessStuck(start(life));
    exitCode = await life.ended;
  } catch (error) {
    // A start that was interrupted may fail anywhere; that is what was asked for.
    if (!life.isEnding) {
      complain(describeStartError(error));
      exitCode = 1;
    }
  }
  await life.putAway();
  process.exit(exitCode);
}

class Life implements Scope {
  readonly ended: Promise<number>;
  readonly #drains: { name: string; run: () => Promise<unknown> }[] = [];
  readonly #undos: { name: string; run: () => Promise<unknown> }[] = [];
  readonly #resolve: (exitCode: number) => void;
  isEnding = false;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.ended = promise;
    this.#resolve = resolve;
    for (const signal of SIGNALS) process.on(signal, () => this.end());
    // A worker whose parent died: the channel between them closes, whatever killed the parent.
    if (process.connected) process.once('disconnect', () => this.end());
    else if (process.connected === false) this.end();
    if (/\bnpm\b/.test(commandOf(process.ppid))) this.#endWith(process.ppid);
    process.on('uncaughtException', (error) => this.#crash(error));
    process.on('unhandledRejection', (error) => this.#crash(error));
  }

  onDrain(name: string, run: () => Promise<unknown>): void {
    this.#drains.push({ name, run });
  }

  defer(name: string, run: () => Promise<unknown>): void {
    this.#undos.push({ name, run });
  }

  checkpoint(): void {
    if (this.isEnding) throw new Error('ended while it started');
  }

  end(exitCode = 0): void {
    if (this.isEnding) return;
    this.isEnding = true;
    setTimeout(() => process.exit(1), END_MS_MAX).unref();
    this.#resolve(exitCode);
  }

  /** A start that waits for what does not come, e.g. PostgreSQL, is told to end as well, and must not keep it. */
  async unlessStuck(start: Promise<void>): Promise<void> {
    start.catch(() => {});
    await Promise.race([start, this.ended.then(() => delay(START_END_MS_MAX))]);
  }

  async putAway(): Promise<void> {
    this.end();
    await Promise.all(this.#drains.map(({ name, run }) => attempt(name, DRAIN_MS_MAX, run)));
    const deadline = performance.now() + UNDO_MS_MAX;
    for (const { name, run } of this.#undos.reverse()) {
      await attempt(name, Math.max(deadline - performance.now(), 500), run);
    }
  }

  /** npm passes every signal on but the one that kills it: whoever starts again would find this one in the way. */
  #endWith(parent: number): void {
    const look = () => {
      if (process.ppid !== parent) this.end();
    };
    setInterval(look, PARENT_LOOK_MS).unref();
  }

  #crash(error: unknown): void {
    complain(`unexpected: ${error instanceof Error ? error.stack : String(error)}`);
    this.end(1);
  }
}

async function attempt(name: string, msMax: number, run: () => Promise<unknown>): Promise<void> {
  try {
    await within(msMax, run);
  } catch (error) {
    complain(`${name} did not end well: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function complain(line: string): void {
  process.stderr.write(`kinga: ${line}\n`);
}
