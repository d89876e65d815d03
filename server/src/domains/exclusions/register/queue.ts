import { KingaError } from '@kinga/shared/contract/errors.ts';
import { isUnavailable } from '../../../platform/db/errors.ts';
import type { Outcome, Registration } from './registration.ts';

/** Registrations of one commit; the wait of the last member is the work of all. */
const BATCH_MAX = 128;
/** Locks of one transaction: PostgreSQL's default lock table has room for 6,400. */
const BATCH_KEYS_MAX = 1_000;
/** A second batch runs while the first waits for somebody's key or for the disk. */
const RUNNING_MAX = 2;
const WAITING_MAX = 10_000;

type WriteBatch = (registrations: readonly Registration[]) => Promise<readonly Outcome[]>;

interface Member {
  readonly registration: Registration;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: what arrives while a commit runs shares the next one. A member that fails takes nobody with
 * it: when a batch fails as a whole, its members are tried one by one and each gets its own answer.
 */
export class RegistrationQueue {
  readonly #write: WriteBatch;
  #waiting: Member[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(write: WriteBatch) {
    this.#write = write;
  }

  submit(registration: Registration): Promise<Outcome> {
    if (this.#waiting.length >= WAITING_MAX) {
      return Promise.reject(new KingaError('UNAVAILABLE', 'Too many registrations are waiting'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ registration, resolve, reject });
      // After this turn of the loop: calls that arrived in one packet go together.
      setImmediate(() => this.#pump());
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 || this.#running.size > 0) {
      this.#pump();
      await Promise.all(this.#running);
    }
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#running.size < RUNNING_MAX) {
      const batch = this.#take();
      const run: Promise<void> = this.#run(batch).finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
      this.#running.add(run);
    }
  }

  /** In order of arrival; two calls under one idempotency key never share a batch, the later one replays. */
  #take(): Member[] {
    const batch: Member[] = [];
    const left: Member[] = [];
    const scopes = new Set<string>();
    let keys = 0;
    for (const member of this.#waiting) {
      const { claim, identifiers } = member.registration;
      const isTwin = claim !== undefined && scopes.has(claim.scope);
      const isFull =
        batch.length >= BATCH_MAX || (batch.length > 0 && keys + identifiers.length > BATCH_KEYS_MAX);
      if (isTwin || isFull) {
        left.push(member);
        continue;
      }
      if (claim !== undefined) scopes.add(claim.scope);
      keys += identifiers.length;
      batch.push(member);
    }
    this.#waiting = left;
    return batch;
  }

  async #run(batch: readonly Member[]): Promise<void> {
    try {
      const outcomes = await this.#write(batch.map(({ registration }) => registration));
      for (const [index, member] of batch.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) member.reject(new Error('a registration without an outcome'));
        else member.resolve(outcome);
      }
    } catch (error) {
      const [only] = batch;
      if (batch.length === 1) only?.reject(told(error));
      else if (isUnavailable(error) && !isLockTimeout(error))
        for (const member of batch) member.reject(told(error));
      else for (const member of batch) await this.#run([member]);
    }
  }
}

/** The commit may or may not have happened: with an idempotency key the same call is safe to repeat. */
function told(error: unknown): unknown {
  if (error instanceof KingaError || !isUnavailable(error)) return error;
  return new KingaError('UNAVAILABLE', 'The register cannot be written at the moment', { cause: error });
}

/** Somebody else holds the key of one member: the others have nothing to do with it. */
function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}
