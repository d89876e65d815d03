import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { Logger } from '../log/log.ts';
import type { Actor } from './actor.ts';
import type { Caller } from './caller.ts';
import type { Call } from './handler.ts';
import type { Entry } from './registry.ts';

export type Reply = (ack: Ack) => void;

export interface CallRequest {
  readonly procedure: unknown;
  readonly input: unknown;
  readonly meta: unknown;
  /** Given by the HTTP mirror, which names the request before it is a call. */
  readonly requestId?: string | undefined;
  /** The transport found it unreadable: it is counted and refused like any call. */
  readonly refusal?: Error | undefined;
}

/**
 * One call on its way. Names and loggers are made when somebody asks for them: most calls succeed and nobody
 * ever does.
 */
export class RunningCall implements Call {
  readonly caller: Caller;
  readonly entry: Entry;
  readonly reply: Reply;
  readonly startedAt: number;
  readonly actor: Actor;
  idempotencyKey: string | undefined = undefined;
  answered = false;
  /** Counted among the unanswered calls of its caller. */
  pending = false;
  deadline: NodeJS.Timeout | undefined = undefined;
  readonly #source: CallSource;
  #requestId: string | undefined;

  constructor(
    source: CallSource,
    of: { caller: Caller; entry: Entry; reply: Reply; requestId?: string | undefined },
  ) {
    this.#source = source;
    this.caller = of.caller;
    this.entry = of.entry;
    this.reply = of.reply;
    this.#requestId = of.requestId;
    this.actor = of.caller.actor;
    this.startedAt = performance.now();
  }

  get address(): string {
    return this.caller.address;
  }

  get procedure(): string {
    return this.entry.procedure.name;
  }

  get rearm(): ((actor: Actor) => void) | undefined {
    return this.caller.rearm;
  }

  get requestId(): string {
    this.#requestId ??= this.#source.nextRequestId();
    return this.#requestId;
  }

  get log(): Logger {
    return this.#source.log.child({ requestId: this.requestId, procedure: this.procedure });
  }
}

/** Where calls get their names and loggers from. */
export class CallSource {
  readonly log: Logger;
  readonly #node: string;
  #count = 0;

  constructor(node: string, log: Logger) {
    this.log = log;
    this.#node = node;
  }

  /** Unique while the node lives, and the node's name is random: cheaper than randomness per call. */
  nextRequestId(): string {
    return `r_${this.#node}_${(++this.#count).toString(36)}`;
  }
}
