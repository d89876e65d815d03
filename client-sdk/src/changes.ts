import type { Position } from '@kinga/shared/contract/wire.ts';
import { backoffMs } from './backoff.ts';
import { HubError } from './errors.ts';
import type { Follow, FollowOptions, Procedures, Watch, WatchOptions } from './types.ts';

type ChangesTopic = `operators/${string}/changes`;

export interface FollowDeps {
  readonly operators: () => Pick<Procedures['operators'], 'acknowledge' | 'acknowledged'>;
  readonly watch: (topic: ChangesTopic, options: WatchOptions) => Watch<ChangesTopic>;
}

/**
 * Takes an operator's changes one after another from where it has acknowledged, applies each, and acknowledges what
 * is applied. Whoever dies between the two applies the last ones again: `apply` has to bear that.
 */
export function follow(deps: FollowDeps, options: FollowOptions): Follow {
  const ending = new AbortController();
  const end = () => ending.abort();
  if (options.signal?.aborted) end();
  options.signal?.addEventListener('abort', end, { once: true });
  const acknowledgements = new Acknowledgements(deps, end);
  const done = run(deps, options, { acknowledgements, signal: ending.signal }).finally(() => {
    options.signal?.removeEventListener('abort', end);
  });
  // Whoever does not ask how it ended is not to be ended by it.
  done.catch(() => {});
  const close = async () => {
    end();
    await done.catch(() => {});
  };
  return {
    done,
    get acknowledged() {
      return acknowledgements.seq;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function run(
  deps: FollowDeps,
  { operatorId, apply, onReset }: FollowOptions,
  { acknowledgements, signal }: { acknowledgements: Acknowledgements; signal: AbortSignal },
): Promise<void> {
  try {
    const from = await begin(deps, signal);
    if (from === undefined) return;
    for await (const item of deps.watch(`operators/${operatorId}/changes`, { from, signal })) {
      if (item.kind === 'event') await apply(item);
      else if (item.kind === 'reset') {
        if (onReset === undefined) throw new HubError('RESET', `Changes were missed: ${item.reason}`);
        await onReset(item);
      }
      acknowledgements.applied({ epoch: item.epoch, seq: item.seq });
      if (signal.aborted) break;
    }
  } finally {
    await acknowledgements.settled();
  }
  acknowledgements.throwIfRefused();
}

/** Asked until it is answered, as long as the hub does not refuse: a node that restarts is no reason to give up. */
async function begin({ operators }: FollowDeps, signal: AbortSignal) {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      const { epoch, seq } = await operators().acknowledged({}, { signal });
      return { epoch, seq };
    } catch (error) {
      if (signal.aborted) return undefined;
      await pauseBeforeNext(error, attempt, signal);
    }
  }
  return undefined;
}

/** One acknowledgement is under way at most, always of the furthest that is applied. */
class Acknowledgements {
  seq: number | undefined;
  readonly #deps: FollowDeps;
  readonly #onRefused: () => void;
  readonly #giveUp = new AbortController();
  #applied: Position | undefined;
  #sent: Position | undefined;
  #sending: Promise<void> | undefined;
  #isSending = false;
  #refusal: unknown;

  constructor(deps: FollowDeps, onRefused: () => void) {
    this.#deps = deps;
    this.#onRefused = onRefused;
  }

  applied(position: Position): void {
    this.#applied = position;
    if (this.#isSending) return;
    this.#isSending = true;
    // Over as soon as nothing is left to send, in the same turn: what is applied a moment later begins anew.
    this.#sending = this.#send();
  }

  /** What is on its way is waited for; what cannot be sent now is told again by whoever follows next. */
  async settled(): Promise<void> {
    this.#giveUp.abort();
    await this.#sending;
  }

  throwIfRefused(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  async #send(): Promise<void> {
    for (let attempt = 0; this.#applied !== undefined && this.#applied !== this.#sent; attempt++) {
      const position = this.#applied;
      try {
        const { epoch, seq } = position;
        await this.#deps.operators().acknowledge({ epoch, seq });
        this.seq = seq;
        this.#sent = position;
        attempt = -1;
      } catch (error) {
        if (this.#giveUp.signal.aborted) break;
        if (isOfAnotherHistory(error)) {
          this.#sent = position;
          continue;
        }
        try {
          await pauseBeforeNext(error, attempt, this.#giveUp.signal);
        } catch (refusal) {
          this.#refusal = refusal;
          this.#onRefused();
          break;
        }
      }
    }
    this.#isSending = false;
  }
}

/** The hub was restored: a reset says where its history goes on, and what was applied of the other is not in it. */
function isOfAnotherHistory(error: unknown): boolean {
  return error instanceof HubError && error.code === 'CONFLICT';
}

/** Throws what another attempt would not change. */
async function pauseBeforeNext(error: unknown, attempt: number, signal: AbortSignal): Promise<void> {
  if (!(error instanceof HubError) || !(error.retry || error.unknownOutcome)) throw error;
  const ms = backoffMs(attempt, { minMs: 200, maxMs: 5_000, askedMs: error.retryAfterMs });
  await new Promise<void>((resolve) => {
    // The signal lives for as long as somebody follows: a listener left behind for each attempt would stay with it.
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
