import { KingaError } from '@kinga/shared/contract/errors.ts';
import { isPersonal, type OutputOf, type ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Exclusion, exclusions } from '@kinga/shared/exclusions/contract.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { claimOf } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { type IdentifierKey, keysOf } from '../../identifiers/index.ts';
import type { LogEntry } from '../log/entry.ts';
import { encodeMessage, registerChannel } from '../log/message.ts';
import { parseGivenTime } from '../rules/period.ts';
import { createBatchWriter } from './batch.ts';
import { type Change, type Changed, changePeople } from './change.ts';
import { isExcluded } from './is-excluded.ts';
import { listExclusions } from './list.ts';
import { RegistrationQueue } from './queue.ts';
import { createReader, type ExclusionReader } from './read.ts';
import { type Outcome, type Registration, sealPerson } from './registration.ts';
import { writeBatch } from './write.ts';

export interface RegisterDeps {
  /** The keys of the identifiers on an account. */
  accountKeys(tx: Tx, accountId: string): Promise<readonly { type: string; key: Buffer }[]>;
  /** The accounts that have one of these keys. */
  accountsOfKeys(tx: Tx, keys: Buffer[]): Promise<readonly string[]>;
  /** Resolves with true once this node's own tail has applied the log up to seq; with false after the time. */
  reached(seq: number, timeoutMs: number): Promise<boolean>;
}

export interface Register {
  register(input: RegisterInput, call: Call): Promise<Exclusion>;
  readonly get: ExclusionReader['get'];
  list(input: ParsedInputOf<typeof exclusions.list>, call: Call): Promise<OutputOf<typeof exclusions.list>>;
  isExcluded(tx: Tx, keys: readonly Buffer[]): Promise<boolean>;
  /** Registers within the caller's transaction; `told` comes after its commit. */
  registerWithin(tx: Tx, registration: Registration): Promise<{ exclusion: Exclusion; told: Told }>;
  /** Changes people or exclusions within the caller's transaction; `told` comes after its commit. */
  changeWithin(tx: Tx, change: Change): Promise<{ changed: Changed; told: Told }>;
  /** Resolves when this node has applied the log up to seq: for the repetition of a call answered elsewhere. */
  reached(seq: number): Promise<void>;
  /** The same where nobody kept the seq: all that is committed by now. */
  caughtUp(): Promise<void>;
  /** At most 1,000, in one transaction; the caller breathes between two. */
  registerBatch(registrations: readonly Registration[]): Promise<readonly Outcome[]>;
  readonly service: Service;
}

type RegisterInput = ParsedInputOf<typeof exclusions.register>;

/**
 * After the commit: tells the other nodes, and resolves when this node's own replica has it, which is when it may
 * be acknowledged. UNAVAILABLE after two seconds: it is done, but to be asked for again.
 */
export type Told = () => Promise<void>;

const REACHED_TIMEOUT_MS = 2_000;

/** The writing side of the register. */
export function createRegister(platform: Platform, deps: RegisterDeps): Register {
  const { db, crypto, bus } = platform;
  const write = async (registrations: readonly Registration[]) => {
    const { outcomes, entries, epoch } = await db.transaction((tx) =>
      writeBatch(tx, registrations, { crypto }),
    );
    if (epoch !== undefined) bus.publish(registerChannel(epoch), encodeMessage(entries));
    return outcomes;
  };
  const reached = async (seq: number) => {
    if (await deps.reached(seq, REACHED_TIMEOUT_MS)) return;
    throw new KingaError('UNAVAILABLE', 'Registered, but this node has not caught up; ask again', {
      retryAfterMs: 500,
    });
  };
  const telling =
    (entries: readonly LogEntry[], epoch: string, seq: number): Told =>
    async () => {
      bus.publish(registerChannel(epoch), encodeMessage(entries));
      await reached(seq);
    };
  const queue = new RegistrationQueue(write);
  const reader: ExclusionReader = createReader(platform, deps);

  const register = async (input: RegisterInput, call: Call): Promise<Exclusion> => {
    const keys = keysOf(crypto, input.identifiers, 'identifiers');
    await authorise({ input, call, keys }, platform, deps);
    const outcome = await queue.submit(registrationOf(platform, { input, call, keys }));
    if (outcome.kind === 'refused') throw outcome.error;
    if (outcome.kind === 'known') throw new Error('a live registration cannot be a known row');
    await reached(outcome.exclusion.seq);
    return outcome.exclusion;
  };

  return {
    register,
    get: reader.get,
    list: (input, call) => listExclusions(platform, deps, { input, call }),
    isExcluded,
    async registerWithin(tx, registration) {
      const { outcomes, entries, epoch } = await writeBatch(tx, [registration], { crypto });
      const [outcome] = outcomes;
      if (outcome?.kind === 'refused') throw outcome.error;
      if (outcome?.kind !== 'registered' || epoch === undefined) throw new Error('not a new registration');
      return { exclusion: outcome.exclusion, told: telling(entries, epoch, outcome.exclusion.seq) };
    },
    async changeWithin(tx, change) {
      const changed = await changePeople(tx, crypto, change);
      return { changed, told: telling(changed.entries, changed.epoch, changed.seq) };
    },
    reached,
    async caughtUp() {
      const { rows } = await db.query<{ seq: string }>('SELECT seq FROM register_head');
      await reached(Number(rows[0]?.seq));
    },
    registerBatch: createBatchWriter({ db, crypto, accountsOfKeys: deps.accountsOfKeys }),
    service: { name: 'register', drain: () => queue.drain() },
  };
}

interface RegisterCall {
  readonly input: RegisterInput;
  readonly call: Call;
  readonly keys: readonly IdentifierKey[];
}

/** Staff may register anybody; a bettor only themselves, by what is already on their account. */
async function authorise(
  { input, call, keys }: RegisterCall,
  { db }: Platform,
  deps: RegisterDeps,
): Promise<void> {
  const { actor } = call;
  if (actor.kind !== 'account') throw new KingaError('FORBIDDEN', 'Only accounts register exclusions');
  if (!isPersonal(actor.role)) return;
  const own = new Set((await deps.accountKeys(db, actor.accountId)).map(({ key }) => key.toString('hex')));
  const details = keys.flatMap(({ key }, index) =>
    own.has(key.toString('hex'))
      ? []
      : [{ path: `identifiers[${index}].value`, message: 'not an identifier of your account' }],
  );
  if (input.source !== 'person') {
    details.push({ path: 'source', message: 'you can only exclude yourself: source "person"' });
  }
  if (details.length > 0) {
    throw new KingaError('FORBIDDEN', 'You can only exclude yourself', { details });
  }
}

function registrationOf({ crypto }: Platform, { input, call, keys }: RegisterCall): Registration {
  const seal = (text: string | undefined) => (text === undefined ? null : crypto.seal(text));
  return {
    identifiers: sealPerson(crypto, { keys, identifiers: input.identifiers }, input.person),
    period: input.period,
    source: input.source,
    startsAt: input.startsAt === undefined ? undefined : startOf(input.startsAt),
    reason: seal(input.reason),
    name: seal(input.person?.name),
    dateOfBirth: seal(input.person?.dateOfBirth),
    by: call.actor,
    requestId: call.requestId,
    claim: claimOf(crypto, call, input),
    row: undefined,
  };
}

function startOf(text: string): number {
  const startsAt = parseGivenTime(text);
  if (startsAt !== undefined) return startsAt;
  const details = [{ path: 'startsAt', message: 'not a date the register could mean' }];
  throw new KingaError('INVALID_INPUT', 'startsAt: not a date the register could mean', { details });
}
