import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { CallMeta } from '@kinga/shared/contract/wire.ts';
import { errorOf, HubError } from './errors.ts';
import type { Link } from './link.ts';
import { Unanswered } from './unanswered.ts';

/** One message that wants an answer. */
export interface Outgoing {
  readonly procedure: string;
  readonly input: unknown;
  readonly idempotencyKey?: string | undefined;
  /** May it be sent again when its answer was lost? */
  readonly repeatable: boolean;
  readonly deadlineMs: number;
  /** Whether the hub is told the deadline: when the caller chose it. */
  readonly tellDeadline?: boolean;
  succeed(data: unknown): void;
  fail(error: HubError): void;
}

interface Pending extends Outgoing {
  readonly deadlineAt: number;
  wasSent: boolean;
  /** Among the unanswered: theirs to write. */
  place: number;
  order: number;
}

const UNANSWERED_DEFAULT = 1_024;

/**
 * Calls waiting for a connection and calls waiting for an answer. Those beyond what the hub accepts
 * unanswered wait here instead of being refused there. One timer serves all deadlines.
 */
export class Calls {
  readonly #waiting = new Set<Pending>();
  readonly #sent = new Unanswered<Pending>();
  #link: Link | undefined;
  #unansweredMax = UNANSWERED_DEFAULT;
  #closedBy: HubError | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** Answers arrive in the order of the link's messages, synchronously: `succeed` runs before a later event. */
  send(outgoing: Outgoing): Pending | undefined {
    if (this.#closedBy !== undefined) {
      outgoing.fail(this.#closedBy);
      return undefined;
    }
    const deadlineAt = performance.now() + outgoing.deadlineMs;
    const pending: Pending = { ...outgoing, deadlineAt, wasSent: false, place: -1, order: 0 };
    this.#watchDeadline(deadlineAt);
    if (this.#link !== undefined && this.#sent.size < this.#unansweredMax)
      this.#transmit(pending, this.#link);
    else this.#waiting.add(pending);
    return pending;
  }

  /** The caller gave up: whatever is answered later is dropped. */
  forget(pending: Pending): void {
    this.#waiting.delete(pending);
    if (this.#sent.delete(pending)) this.#sendWaiting();
  }

  up(link: Link, unansweredMax: number | undefined): void {
    this.#link = link;
    this.#unansweredMax = unansweredMax ?? UNANSWERED_DEFAULT;
    this.#sendWaiting();
  }

  /** Calls that may be repeated wait for the next link, before those never sent; the others are lost. */
  down(cause: HubError): void {
    this.#link = undefined;
    const unsent = [...this.#waiting];
    const unanswered = this.#sent.takeAll();
    this.#waiting.clear();
    for (const call of unanswered) {
      if (call.repeatable || call.idempotencyKey !== undefined) this.#waiting.add(call);
      else call.fail(lost(call, cause));
    }
    for (const call of unsent) this.#waiting.add(call);
  }

  /** For good: everything open fails, and everything later at once. */
  close(error: HubError): void {
    this.#closedBy = error;
    this.#link = undefined;
    clearTimeout(this.#timer);
    const open = [...this.#sent.takeAll(), ...this.#waiting];
    this.#waiting.clear();
    for (const call of open) call.fail(ended(call, error));
  }

  #sendWaiting(): void {
    for (const pending of this.#waiting) {
      if (this.#link === undefined || this.#sent.size >= this.#unansweredMax) return;
      this.#waiting.delete(pending);
      this.#transmit(pending, this.#link);
    }
  }

  #transmit(pending: Pending, link: Link): void {
    pending.wasSent = true;
    this.#sent.add(pending);
    link.send({
      procedure: pending.procedure,
      input: pending.input,
      meta: metaOf(pending),
      answer: (ack) => {
        if (!this.#sent.delete(pending)) return;
        if (this.#waiting.size > 0) this.#sendWaiting();
        settle(pending, ack);
      },
    });
  }

  #watchDeadline(deadlineAt: number): void {
    if (deadlineAt >= this.#timerAt) return;
    this.#timerAt = deadlineAt;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expire(), deadlineAt - performance.now());
  }

  /** Runs at the earliest deadline there was when it was armed: once per deadline span under load. */
  #expire(): void {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (const pending of [...this.#waiting, ...this.#sent.all()]) {
      if (pending.deadlineAt > now + 1) {
        this.#watchDeadline(pending.deadlineAt);
        continue;
      }
      this.forget(pending);
      pending.fail(late(pending));
    }
  }
}

function metaOf(pending: Pending): CallMeta | undefined {
  const { idempotencyKey } = pending;
  if (pending.tellDeadline !== true) return idempotencyKey === undefined ? undefined : { idempotencyKey };
  const deadlineMs = Math.max(1, Math.round(pending.deadlineAt - performance.now()));
  return idempotencyKey === undefined ? { deadlineMs } : { idempotencyKey, deadlineMs };
}

function settle(call: Outgoing, ack: unknown): void {
  const answer = ack as Partial<Ack> | null | undefined;
  if (answer?.ok === true && 'data' in answer) call.succeed(answer.data);
  else if (answer?.ok === false && 'error' in answer && typeof answer.error?.code === 'string') {
    call.fail(errorOf(answer.error, call.procedure));
  } else call.fail(new HubError('INTERNAL', 'The hub’s answer is malformed', { procedure: call.procedure }));
}

function lost(call: Outgoing, cause: HubError): HubError {
  return new HubError('UNAVAILABLE', 'The connection was lost before the answer came', {
    procedure: call.procedure,
    unknownOutcome: !call.repeatable,
    cause,
  });
}

function ended(call: Pending, cause: HubError): HubError {
  const unknownOutcome = call.wasSent && !call.repeatable;
  return new HubError(cause.code, cause.message, { procedure: call.procedure, unknownOutcome, cause });
}

function late(call: Pending): HubError {
  const { procedure } = call;
  if (!call.wasSent)
    return new HubError('UNAVAILABLE', 'There was no connection within the deadline', { procedure });
  const message = 'No answer came within the deadline';
  return new HubError('DEADLINE_EXCEEDED', message, { procedure, unknownOutcome: !call.repeatable });
}
