import { type Ack, type ErrorDetail, KingaError } from '@kinga/shared/contract/errors.ts';
import type { z } from 'zod';
import { type Actor, mayAccess } from './actor.ts';
import type { Admission } from './admission.ts';
import type { Caller } from './caller.ts';
import { failureOf, loggable } from './failure.ts';
import type { Grants } from './grants.ts';
import { detailsOf, invalidDetails, type Meta, NO_META, parseMeta, unstorableDetails } from './input.ts';
import type { Entry, Registry } from './registry.ts';
import { type CallRequest, type CallSource, type Reply, RunningCall } from './running-call.ts';

const NONE: readonly ErrorDetail[] = [];
const SLOW_CALL_MS = 1_000;
const DRAINING_RETRY_MS = 1_000;

export interface DispatcherParts {
  readonly registry: Registry;
  readonly admission: Admission;
  readonly source: CallSource;
  readonly grants: Grants;
}

/**
 * The life of a call on both transports: limit, authorise, parse, handle, parse the output, answer. A caller
 * learns what a procedure takes only when it may call it. A handler that returns a plain value is answered
 * in the same turn, without a promise.
 */
export class Dispatcher {
  readonly #registry: Registry;
  readonly #admission: Admission;
  readonly #source: CallSource;
  readonly #grants: Grants;
  #draining = false;
  /** Calls whose answer is still to come. */
  #running = 0;
  #idle: (() => void)[] = [];

  constructor(parts: DispatcherParts) {
    this.#registry = parts.registry;
    this.#admission = parts.admission;
    this.#source = parts.source;
    this.#grants = parts.grants;
  }

  call(caller: Caller, request: CallRequest, reply: Reply): void {
    const entry = this.#registry.find(request.procedure);
    const call = new RunningCall(this.#source, { caller, entry, reply, requestId: request.requestId });
    let output: unknown;
    let meta = NO_META;
    try {
      const handler = this.#admit(call, request);
      const parsed = parse(entry, request.input);
      const complaints = complaintsAbout(entry, request.input, parsed.error);
      const needsKey = entry.procedure.idempotency === 'required';
      if (request.meta !== undefined || needsKey || complaints.length > 0) {
        meta = metaOf(entry, request.meta, complaints);
        call.idempotencyKey = meta.idempotencyKey;
      }
      output = handler(parsed.data as never, call);
    } catch (error) {
      this.#fail(call, error);
      return;
    }
    if (isPromise(output)) this.#await(call, output, meta);
    else this.#succeed(call, output);
  }

  /** No new calls from now on; resolves when those that run have been answered. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  get running(): number {
    return this.#running;
  }

  #admit(call: RunningCall, { input, refusal }: CallRequest): NonNullable<Entry['handler']> {
    const { caller, entry } = call;
    if (this.#draining) {
      throw new KingaError('UNAVAILABLE', 'This node is stopping', { retryAfterMs: DRAINING_RETRY_MS });
    }
    this.#admission.call(caller, entry, unitsOf(entry, input), call.startedAt);
    if (refusal !== undefined) throw refusal;
    if (entry.handler === undefined || (entry.socketOnly && caller.watcher === undefined)) {
      throw new KingaError('UNKNOWN_PROCEDURE', 'There is no such procedure');
    }
    if (!mayAccess(entry.procedure, call.actor, this.#grants)) throw mayNot(call.actor);
    return entry.handler;
  }

  #await(call: RunningCall, output: PromiseLike<unknown>, meta: Meta): void {
    this.#running++;
    call.caller.unanswered++;
    call.pending = true;
    if (meta.deadlineMs !== undefined) {
      call.deadline = setTimeout(() => {
        this.#fail(call, new KingaError('DEADLINE_EXCEEDED', `No answer within ${meta.deadlineMs} ms`));
      }, meta.deadlineMs);
    }
    output.then(
      (value) => {
        // After its deadline the caller has been told otherwise.
        if (!call.answered) this.#succeed(call, value);
      },
      (error) => {
        if (call.answered) this.#logLate(call, error);
        else this.#fail(call, error);
      },
    );
  }

  #succeed(call: RunningCall, output: unknown): void {
    let data = output;
    if (call.entry.checksOutput) {
      const parsed = call.entry.procedure.output.safeParse(output);
      if (!parsed.success) {
        const paths = detailsOf(parsed.error.issues).map((detail) => detail.path);
        this.#fail(call, new Error(`output does not fit its schema at ${paths.join(', ')}`));
        return;
      }
      data = parsed.data;
    }
    try {
      this.#answer(call, { ok: true, data });
    } catch (error) {
      // What cannot be written as JSON: nothing has been sent yet.
      call.answered = false;
      this.#fail(call, error);
      return;
    }
    const ms = performance.now() - call.startedAt;
    call.entry.figures.succeeded(ms);
    if (ms > SLOW_CALL_MS) call.log.warn({ code: 'OK', ms: Math.round(ms) }, 'slow call');
  }

  #fail(call: RunningCall, error: unknown): void {
    const { body, hidden } = failureOf(error, call.requestId, call.entry.procedure);
    this.#answer(call, { ok: false, error: body });
    const ms = performance.now() - call.startedAt;
    call.entry.figures.failed(body.code, ms);
    const line = { code: body.code, ms: Math.round(ms * 10) / 10 };
    if (hidden !== undefined) call.log.error({ ...line, error: loggable(hidden) }, 'call failed');
    else if (body.code === 'RATE_LIMITED') call.log.debug(line, 'call refused');
    else call.log.info(line, 'call failed');
  }

  #answer(call: RunningCall, ack: Ack): void {
    call.answered = true;
    if (call.deadline !== undefined) clearTimeout(call.deadline);
    if (call.pending) {
      call.pending = false;
      call.caller.unanswered--;
      if (--this.#running === 0) for (const wake of this.#idle.splice(0)) wake();
    }
    call.reply(ack);
  }

  #logLate(call: RunningCall, error: unknown): void {
    const ms = Math.round(performance.now() - call.startedAt);
    call.log.warn({ ms, error: loggable(error) }, 'call failed after its deadline');
  }
}

function parse(entry: Entry, input: unknown): { data?: unknown; error?: z.ZodError | undefined } {
  if (entry.isPlain?.(input) === true) return { data: input };
  return entry.procedure.input.safeParse(input ?? {});
}

function isPromise(output: unknown): output is PromiseLike<unknown> {
  return (
    typeof output === 'object' && output !== null && 'then' in output && typeof output.then === 'function'
  );
}

function unitsOf(entry: Entry, input: unknown): number {
  if (entry.countedField === undefined || typeof input !== 'object' || input === null) return 1;
  const items: unknown = Reflect.get(input, entry.countedField);
  return Array.isArray(items) ? Math.max(1, items.length) : 1;
}

function mayNot(actor: Actor): KingaError {
  return actor.kind === 'anonymous'
    ? new KingaError('UNAUTHENTICATED', 'Sign in, or give an API key, to call this')
    : new KingaError('FORBIDDEN', 'Not for this role or scope');
}

function complaintsAbout(
  entry: Entry,
  input: unknown,
  error: z.ZodError | undefined,
): readonly ErrorDetail[] {
  // A lookup stores nothing of its texts, and no spelling of an identifier has such a character.
  const unstorable = entry.limit === 'lookup' ? NONE : unstorableDetails(input);
  if (error === undefined) return unstorable;
  const details = [...detailsOf(error.issues), ...(entry.alsoMalformed?.(input) ?? [])];
  const named = new Set(details.map((detail) => detail.path));
  return [...details, ...unstorable.filter((detail) => !named.has(detail.path))];
}

/** Reads the meta argument, and throws for everything that is wrong with it and with the input at once. */
function metaOf(entry: Entry, given: unknown, inputDetails: readonly ErrorDetail[]): Meta {
  const details: ErrorDetail[] = [];
  const meta = parseMeta(given, details);
  const { idempotency } = entry.procedure;
  const complained = details.some((detail) => detail.path === 'idempotencyKey');
  if (idempotency === 'required' && meta.idempotencyKey === undefined && !complained) {
    details.push({ path: 'idempotencyKey', message: 'required by this procedure' });
  }
  if (idempotency === undefined && meta.idempotencyKey !== undefined) {
    details.push({ path: 'idempotencyKey', message: 'this procedure takes none' });
  }
  if (details.length + inputDetails.length > 0) throw invalidDetails([...inputDetails, ...details]);
  return meta;
}
