import type { ErrorDetail } from '@kinga/shared/contract/errors.ts';
import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { LookupAnswer } from '@kinga/shared/exclusions/contract.ts';
import type { Calls } from './calls.ts';
import { errorOf, type HubError } from './errors.ts';
import { afterThisTick } from './tick.ts';
import type { CallOptions } from './types.ts';

/*
 * Lookups of one tick travel as one `exclusions.lookupMany` and are joined by `ref`; a lonely one goes as
 * `exclusions.lookup`. Nothing is timed, copied or validated per lookup: a batch is one call with one deadline.
 *
 * While a few batches are under way the hub has enough to do, so what is asked meanwhile gathers until one of them
 * is answered: the more is asked, the larger the batches and the less each lookup costs. Nobody waits for that
 * longer than HOLD_MS.
 *
 * Answers of a large batch are handed out SLICE at a time, with a turn in between. The calls they lead to
 * then travel while the hub works on others, instead of the two ends taking turns with one big message.
 */
type LookupInput = InputOf<Contract['exclusions']['lookup']>;
type Check = LookupInput & { readonly ref: string };
type ItemError = {
  readonly code: string;
  readonly message: string;
  readonly details?: readonly ErrorDetail[];
};
type Result = { readonly ref: string; readonly error?: ItemError } & Partial<LookupAnswer>;

interface Entry {
  readonly input: LookupInput;
  readonly resolve: (answer: LookupAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly deadlineMs: number;
  readonly tellDeadline: boolean;
  entries: Entry[];
  bytes: number;
}

const ITEMS_MAX = 1_000;
/** Under the hub's 256 KiB with room for the envelope. */
const BYTES_MAX = 250 * 1_024;
const SLICE = 64;
const UNDER_WAY_MAX = 4;
const HOLD_MS = 2;
const REFS: readonly string[] = Array.from({ length: ITEMS_MAX }, (_, index) => String(index));
/** An answer with any other status is no answer: what cannot be understood must never pass for CLEAR. */
const STATUSES: Readonly<Record<string, true>> = {
  EXCLUDED: true,
  CLEAR: true,
  UNKNOWN: true,
} satisfies Record<LookupAnswer['status'], true>;

export class Lookups {
  readonly #calls: Calls;
  readonly #deadlineMs: number;
  #batches: Batch[] = [];
  #underWay = 0;
  #held: ReturnType<typeof setTimeout> | undefined;
  readonly #flush = () => {
    if (this.#underWay < UNDER_WAY_MAX) this.#flushAll();
    else this.#held ??= setTimeout(() => this.#flushAll(), HOLD_MS);
  };

  constructor(calls: Calls, deadlineMs: number) {
    this.#calls = calls;
    this.#deadlineMs = deadlineMs;
  }

  lookup(input: LookupInput, options?: CallOptions): Promise<LookupAnswer> {
    const answer = new Promise<LookupAnswer>((resolve, reject) => {
      this.#enter({ input, resolve, reject }, options?.deadlineMs);
    });
    return options?.signal === undefined ? answer : abortable(answer, options.signal);
  }

  #enter(entry: Entry, deadlineMs: number | undefined): void {
    const bytes = bytesAtMost(entry.input);
    const batch = this.#batchFor(bytes, deadlineMs);
    batch.entries.push(entry);
    batch.bytes += bytes;
  }

  #batchFor(bytes: number, deadlineMs: number | undefined): Batch {
    const tellDeadline = deadlineMs !== undefined;
    const wantedMs = deadlineMs ?? this.#deadlineMs;
    const open = this.#batches.findLast(
      (batch) => batch.deadlineMs === wantedMs && batch.tellDeadline === tellDeadline,
    );
    if (open !== undefined && open.entries.length < ITEMS_MAX && open.bytes + bytes <= BYTES_MAX) return open;
    if (this.#batches.length === 0) afterThisTick(this.#flush);
    const batch: Batch = { deadlineMs: wantedMs, tellDeadline, entries: [], bytes: 0 };
    this.#batches.push(batch);
    return batch;
  }

  #flushAll(): void {
    clearTimeout(this.#held);
    this.#held = undefined;
    const batches = this.#batches;
    this.#batches = [];
    for (const batch of batches) this.#send(batch, batch.entries);
  }

  #send(batch: Batch, entries: Entry[]): void {
    const [first] = entries;
    if (first === undefined) return;
    const { deadlineMs, tellDeadline } = batch;
    const common = { repeatable: true, deadlineMs, tellDeadline };
    this.#underWay += 1;
    if (entries.length === 1) {
      this.#calls.send({
        ...common,
        procedure: 'exclusions.lookup',
        input: first.input,
        succeed: (data) => {
          this.#arrived();
          settle(first, data as LookupAnswer);
        },
        fail: (error) => {
          this.#arrived();
          first.reject(error);
        },
      });
      return;
    }
    this.#calls.send({
      ...common,
      procedure: 'exclusions.lookupMany',
      input: { checks: entries.map(checkOf) },
      succeed: (data) => {
        this.#arrived();
        deliver(entries, data);
      },
      fail: (error) => {
        this.#arrived();
        this.#failed(batch, entries, error);
      },
    });
  }

  /** What was held goes together with what this answer leads to. */
  #arrived(): void {
    this.#underWay -= 1;
    if (this.#held === undefined) return;
    clearTimeout(this.#held);
    this.#held = undefined;
    afterThisTick(this.#flush);
  }

  /**
   * The whole message was refused because of some items, such as an unknown purpose: those fail with their
   * own paths, the others go again. When nothing says which, each half goes alone.
   */
  #failed(batch: Batch, entries: Entry[], error: HubError): void {
    const culprits = culpritsOf(error);
    if (culprits.size > 0) {
      for (const [index, details] of culprits) entries[index]?.reject(lookupError({ ...REFUSED, details }));
      const others = entries.filter((_, index) => !culprits.has(index));
      this.#send(batch, others);
      return;
    }
    if (error.code === 'INVALID_INPUT' || error.code === 'PAYLOAD_TOO_LARGE') {
      const middle = entries.length >> 1;
      this.#send(batch, entries.slice(0, middle));
      this.#send(batch, entries.slice(middle));
      return;
    }
    for (const entry of entries) entry.reject(error);
  }
}

function checkOf(entry: Entry, index: number): Check {
  const ref = REFS[index] ?? String(index);
  const { identifiers, purpose, person } = entry.input;
  return person === undefined ? { ref, identifiers, purpose } : { ref, identifiers, purpose, person };
}

function deliver(entries: Entry[], data: unknown): void {
  const results = (data as { results?: unknown } | null)?.results;
  if (Array.isArray(results)) handOut(entries.slice(), results as Result[], 0);
  else for (const entry of entries) entry.reject(lookupError(NO_ANSWER));
}

/** `entries` loses its places as they are answered; what is left at the end was not answered at all. */
function handOut(entries: (Entry | undefined)[], results: readonly Result[], from: number): void {
  const end = Math.min(from + SLICE, results.length);
  for (let index = from; index < end; index += 1) {
    const result = results[index];
    const place = Number(result?.ref);
    const entry = entries[place];
    if (result === undefined || entry === undefined) continue;
    entries[place] = undefined;
    if (result.error === undefined) settle(entry, result);
    else entry.reject(lookupError(result.error));
  }
  if (end < results.length) afterThisTick(() => handOut(entries, results, end));
  else for (const entry of entries) entry?.reject(lookupError(NO_ANSWER));
}

const REFUSED = { code: 'INVALID_INPUT', message: 'The lookup is malformed' } as const;
const NO_ANSWER: ItemError = { code: 'INTERNAL', message: 'The hub’s answer is malformed' };

function settle(entry: Entry, answer: Partial<LookupAnswer> | null | undefined): void {
  if (answer?.status === undefined || STATUSES[answer.status] !== true) {
    entry.reject(lookupError(NO_ANSWER));
    return;
  }
  const { status, asOf, seq, validUntil, checkId, policyVersion, reason, ask } = answer as LookupAnswer;
  const settled: LookupAnswer = { status, asOf, seq, validUntil, checkId };
  if (policyVersion !== undefined) settled.policyVersion = policyVersion;
  if (reason !== undefined) settled.reason = reason;
  if (ask !== undefined) settled.ask = ask;
  entry.resolve(settled);
}

/** As if the item had been a single lookup: its paths begin at the lookup's own input. */
function lookupError(error: ItemError): HubError {
  return errorOf(
    {
      code: error.code,
      message: ownPath(error.message),
      ...(error.details && {
        details: error.details.map(({ path, message }) => ({ path: ownPath(path), message })),
      }),
    },
    'exclusions.lookup',
  );
}

function ownPath(text: string): string {
  return text.replace(/\bchecks\[\d+\]\./g, '');
}

/** The items a refusal names, with what is wrong with each. */
function culpritsOf(error: HubError): Map<number, ErrorDetail[]> {
  const culprits = new Map<number, ErrorDetail[]>();
  if (error.code !== 'INVALID_INPUT') return culprits;
  for (const detail of error.details) {
    const index = /^checks\[(\d+)\]/.exec(detail.path)?.[1];
    if (index === undefined) continue;
    culprits.set(Number(index), [...(culprits.get(Number(index)) ?? []), detail]);
  }
  return culprits;
}

/** An upper bound of the JSON's size without making it: a character is at most six bytes. */
function bytesAtMost(input: LookupInput): number {
  let bytes = 72;
  for (const { value } of input.identifiers) bytes += 56 + 6 * value.length;
  const { person } = input;
  if (person !== undefined)
    bytes += 64 + 6 * ((person.name?.length ?? 0) + (person.dateOfBirth?.length ?? 0));
  return bytes;
}

function abortable<TValue>(answer: Promise<TValue>, signal: AbortSignal): Promise<TValue> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
