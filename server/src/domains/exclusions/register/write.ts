import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import {
  type Claim,
  type ClaimState,
  claimAll,
  idempotencyConflict,
  storeOutputs,
} from '../../../platform/call/idempotency.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { planByIndex } from '../../../platform/db/plan-by-index.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudits } from '../../../platform/outbox/audit.ts';
import { enqueueJobs } from '../../../platform/outbox/outbox.ts';
import { readPolicy } from '../../policy/index.ts';
import { chain, type LogEntry } from '../log/entry.ts';
import { termOf } from '../rules/period.ts';
import { lockPeople } from './known.ts';
import { completeMatchKeys } from './match-keys.ts';
import { People, type Person } from './people.ts';
import { chronicle, type Dated, exclusionOf, keysToRead, type Planned } from './plan.ts';
import { newReference } from './reference.ts';
import type { Outcome, Registration } from './registration.ts';
import { rowsKnown } from './rows.ts';
import { refusedStarts } from './starts.ts';
import * as store from './store.ts';

export interface WriterOptions {
  readonly crypto: Crypto;
  /** Which of the registered exclusions are of interest to an account; absent: all of them. */
  readonly toConfirm?: (tx: Tx, batch: readonly Planned[]) => Promise<readonly Planned[]>;
}

export interface Written {
  /** One for each registration, in their order. */
  readonly outcomes: readonly Outcome[];
  /** What was appended to the log, to be published after the commit. */
  readonly entries: readonly LogEntry[];
  readonly epoch: string | undefined;
}

/**
 * Writes a batch inside the given transaction. Locks, in this order: the keys of everybody concerned, the
 * people, idempotency keys, and the head last; what the log says is read after the head is held, so the chain
 * is exact whoever else writes.
 */
export async function writeBatch(
  tx: Tx,
  registrations: readonly Registration[],
  options: WriterOptions,
): Promise<Written> {
  await planByIndex(tx);
  const outcomes = new Map<Registration, Outcome>();
  const pending = () => registrations.filter((registration) => !outcomes.has(registration));
  const settle = (settled: ReadonlyMap<Registration, Outcome>) => {
    for (const [registration, outcome] of settled) outcomes.set(registration, outcome);
  };

  settle(await rowsKnown(tx, registrations));
  const known = await lockPeople(tx, pending());
  settle(await claim(tx, options.crypto, pending()));
  const refused = await refusedStarts(tx, pending());
  settle(refused);
  await unclaim(tx, refused.keys());

  const people = new People(known, () => newId('per'));
  const planned = pending().map((registration) => plan(registration, people));
  const written = await append(tx, planned, { ...options, people });
  for (const [index, { registration }] of planned.entries()) {
    const exclusion = written.exclusions[index];
    if (exclusion !== undefined) outcomes.set(registration, { kind: 'registered', exclusion });
  }
  return {
    outcomes: registrations.map((registration) => outcomes.get(registration) ?? lost()),
    entries: written.entries,
    epoch: written.epoch,
  };
}

function lost(): Outcome {
  return { kind: 'refused', error: new KingaError('INTERNAL', 'A registration was not written') };
}

function plan(registration: Registration, people: People): Planned {
  return {
    registration,
    resolution: people.resolve(registration.identifiers, registration.saidBy),
    id: newId('exc'),
    reference: registration.row?.reference ?? newReference(),
  };
}

async function append(
  tx: Tx,
  planned: readonly Planned[],
  options: WriterOptions & { readonly people: People },
): Promise<{ exclusions: readonly Exclusion[]; entries: readonly LogEntry[]; epoch: string | undefined }> {
  if (planned.length === 0) return { exclusions: [], entries: [], epoch: undefined };
  const { crypto, people } = options;
  const keyVersion = crypto.secrets.pepper.version;
  const pseudonymOf = remember((person: Person) => crypto.pseudonym(person.id));
  const details = store.detailsOf(planned);
  await store.insertPeople(tx, people, { details, keyVersion, pseudonymOf });
  await store.confirmIdentifiers(tx, people.confirmed);
  const filled = await store.fillDetails(tx, planned, details);
  await completeMatchKeys(
    tx,
    crypto,
    planned.flatMap(({ resolution }) => resolution.people),
    filled,
  );
  await tell(tx, planned, options);

  const head = await store.lockHead(tx);
  const { at, epoch } = await store.readClock(tx);
  const { periods } = (await readPolicy(tx, at)).values;
  const batch = planned.map((one) => ({
    ...one,
    term: termOf(one.registration.period, one.registration.startsAt ?? at, periods),
  }));
  const intervals = await store.readIntervals(tx, keysToRead(batch), at);
  const { bodies, last } = chronicle(batch, { at, intervals, keyVersion, pseudonymOf });
  const entries = chain(head, at, bodies);
  const exclusions = batch.map((dated, index) =>
    exclusionOf(dated, { at, seq: head.seq + 1 + (last[index] ?? 0) }),
  );
  await store.insertExclusions(tx, { batch, exclusions, at });
  await store.appendLog(tx, entries);
  await answer(tx, { batch, exclusions }, crypto);
  return { exclusions, entries, epoch };
}

/** Audit and jobs, in the same transaction as what they speak of, and before the head is held. */
async function tell(tx: Tx, planned: readonly Planned[], options: WriterOptions): Promise<void> {
  const live = planned.filter(({ registration }) => registration.row === undefined);
  await recordAudits(
    tx,
    live.map(({ id, registration, resolution }) => ({
      actor: registration.by,
      action: 'exclusion.registered',
      subject: id,
      details: {
        people: resolution.people.map((person) => person.id),
        period: registration.period,
        source: registration.source,
        needsReview: resolution.needsReview,
      },
      ...(registration.requestId === undefined ? {} : { requestId: registration.requestId }),
    })),
  );
  const confirm = (await options.toConfirm?.(tx, planned)) ?? planned;
  await enqueueJobs(
    tx,
    exclusionJobs.confirmRegistration,
    confirm.map(({ id }) => ({ data: { exclusionId: id }, key: `confirm:${id}` })),
  );
}

/** What needs the seqs: the kept answers, and the one audit record of an imported batch. */
async function answer(
  tx: Tx,
  { batch, exclusions }: { batch: readonly Dated[]; exclusions: readonly Exclusion[] },
  crypto: Crypto,
): Promise<void> {
  const claimed = batch.flatMap(({ registration }, index) =>
    registration.claim === undefined ? [] : [{ claim: registration.claim, output: exclusions[index] }],
  );
  await storeOutputs(tx, crypto, claimed);
  const imported = batch.filter(({ registration }) => registration.row !== undefined).length;
  if (imported === 0) return;
  // An import is one act of many rows; each row's own record is the exclusion with its digest.
  const details = { count: imported, fromSeq: exclusions[0]?.seq, toSeq: exclusions.at(-1)?.seq };
  const record = { actor: 'system', action: 'exclusion.imported', subject: 'register_log', details } as const;
  await recordAudits(tx, [record]);
}

async function claim(
  tx: Tx,
  crypto: Crypto,
  registrations: readonly Registration[],
): Promise<Map<Registration, Outcome>> {
  const outcomes = new Map<Registration, Outcome>();
  const claims = registrations.flatMap((registration) => registration.claim ?? []);
  if (claims.length === 0) return outcomes;
  const states = await claimAll(tx, crypto, claims);
  for (const registration of registrations) {
    const outcome = claimOutcome(registration.claim, states);
    if (outcome !== undefined) outcomes.set(registration, outcome);
  }
  return outcomes;
}

function claimOutcome(mine: Claim | undefined, states: ReadonlyMap<string, ClaimState>): Outcome | undefined {
  const state = mine === undefined ? undefined : states.get(mine.scope);
  if (state?.state === 'replay') {
    return { kind: 'replayed', exclusion: JSON.parse(state.output) as Exclusion };
  }
  return state?.state === 'conflict' ? { kind: 'refused', error: idempotencyConflict() } : undefined;
}

/** Only successes are kept: a refused call may come again under its key. */
async function unclaim(tx: Tx, refused: Iterable<Registration>): Promise<void> {
  const scopes = Array.from(refused, ({ claim }) => claim?.scope).filter((scope) => scope !== undefined);
  if (scopes.length > 0) await tx.query('DELETE FROM idempotency_keys WHERE scope = ANY($1)', [scopes]);
}

function remember<TKey extends object, TValue>(make: (key: TKey) => TValue): (key: TKey) => TValue {
  const made = new Map<TKey, TValue>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
