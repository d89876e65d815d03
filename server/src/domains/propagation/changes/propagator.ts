import type { Platform } from '../../../platform/context.ts';
import { ADVISORY_LOCKS } from '../../../platform/db/advisory-locks.ts';
import { planByIndex } from '../../../platform/db/plan-by-index.ts';
import { Tail } from '../../../platform/db/tail.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { entriesAfter, exclusionsOfKeys, REGISTER_CHANGED } from '../../exclusions/index.ts';
import { tokensChangedAfter, tokensOfHandles, tokensOfKeys } from '../../tokens/index.ts';
import {
  type Concern,
  concernsOfEntries,
  concernsOfTokens,
  type Holder,
  holdersOf,
  isLess,
  withWhatIsLeft,
} from './concerns.ts';
import { tellConcerns } from './tell.ts';

const IS_PENDING = 'h.seq > c.register_seq OR (SELECT max(seq) FROM token_changes) > c.token_seq';
/** Another value at each look as long as there is anything: whoever has the lock now may be dying with it. */
const PENDING = `SELECT CASE WHEN ${IS_PENDING} THEN statement_timestamp() END
                 FROM register_head h, propagation_cursor c`;
/** Entries of one transaction: so many of an import whose people nobody knows cost one indexed question. */
const ENTRIES_MAX = 1_000;
/** What is told in one transaction: more would keep the first waiting for the last, and a statement has its time. */
const TOLD_MAX = 2_000;

/**
 * Tells each operator of the changes that concern people it holds a token of. Every hub runs one; whoever gets the
 * lock works. What was found, what is told and how far it has come are one transaction: a propagator that dies
 * anywhere in it has done nothing, and the next one begins at the same entry.
 */
export function createPropagator({ db, log, metrics }: Platform): Service {
  const told = metrics.counter('kinga_propagated_total', 'Changes told to operators by token');
  let limit = ENTRIES_MAX;
  const tail: Tail = new Tail({
    db,
    log,
    name: 'propagator',
    channel: REGISTER_CHANGED,
    head: PENDING,
    read: async (tx) => {
      const tried = limit;
      // Kept when this one fails: what was too much for its time is not tried as it was again and again.
      limit = Math.max(1, Math.floor(tried / 2));
      const { count, isCut, more } = await propagateBatch(tx, tried);
      if (!isCut) limit = Math.min(ENTRIES_MAX, tried * 2);
      if (count > 0) told.inc(count);
      // Not in a loop: between two batches the tail looks whether it is to end.
      if (more) tail.wake();
    },
  });
  return tail;
}

interface Batch {
  readonly count: number;
  /** There was more to tell about these entries than one transaction tells. */
  readonly isCut: boolean;
  readonly more: boolean;
}

const NOTHING: Batch = { count: 0, isCut: false, more: false };

/** A failure leaves the transaction open: the tail then closes the connection, which rolls it back. */
async function propagateBatch(tx: Tx, limit: number): Promise<Batch> {
  const waiting = await tx.query<{ some: boolean }>(
    `SELECT ${IS_PENDING} AS some FROM register_head h, propagation_cursor c`,
  );
  if (!waiting.rows[0]?.some) return NOTHING;
  await tx.query('BEGIN');
  await planByIndex(tx);
  const lock = await tx.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
    ADVISORY_LOCKS.propagation,
  ]);
  // Statements of their own, after the lock: they see everything the last holder committed.
  const done = lock.rows[0]?.held ? await propagate(tx, limit) : NOTHING;
  await tx.query('COMMIT');
  return done;
}

/**
 * Two cursors, so that nobody is missed who is excluded while a token of them is being issued: of an entry and a
 * token that were committed at the same time, whichever is read last finds the other one there.
 */
async function propagate(tx: Tx, limit: number): Promise<Batch> {
  const { rows } = await tx.query<{ register_seq: number; token_seq: number; now: Date }>(
    `SELECT register_seq::float8 AS register_seq, token_seq::float8 AS token_seq, clock_timestamp() AS now
     FROM propagation_cursor`,
  );
  const [cursor] = rows;
  if (cursor === undefined) throw new Error('propagation_cursor is empty');
  const entries = await entriesAfter(tx, { seq: cursor.register_seq, limit });
  const changed = await tokensChangedAfter(tx, { seq: cursor.token_seq, limit });
  const issued = holdersOf(changed.tokens);
  const keys = new Set(entries.flatMap((entry) => entry.keys.map(({ key }) => key)));
  const concerned = await tokensOfKeys(tx, bytesOf(keys));
  const ofEntries = concernsOfEntries(entries, holdersOf(concerned));
  const upTo = lastOf(ofEntries) ?? entries.at(-1)?.seq ?? cursor.register_seq;
  const concerns = [
    ...(await withStandings(
      tx,
      ofEntries.filter(({ registerSeq }) => registerSeq <= upTo),
    )),
    ...concernsOfTokens(issued, await standingsOf(tx, issued), cursor.now),
  ];
  const count = await tellConcerns(tx, concerns);
  await tx.query('UPDATE propagation_cursor SET register_seq = $1, token_seq = $2', [upTo, changed.upTo]);
  const isCut = upTo < (entries.at(-1)?.seq ?? 0);
  const more = isCut || entries.length === limit || changed.upTo - cursor.token_seq >= limit;
  return { count, isCut, more };
}

/** The last entry that is told, of those that are too much for one transaction; one is told whatever it takes. */
function lastOf(concerns: readonly Concern[]): number | undefined {
  const [first, beyond] = [concerns[0], concerns[TOLD_MAX]];
  if (first === undefined || beyond === undefined) return undefined;
  return Math.max(first.registerSeq, beyond.registerSeq - 1);
}

async function withStandings(tx: Tx, concerns: readonly Concern[]): Promise<readonly Concern[]> {
  const handles = new Set(concerns.filter(isLess).map(({ holder }) => holder.handle));
  if (handles.size === 0) return concerns;
  const holders = holdersOf(await tokensOfHandles(tx, [...handles]));
  return withWhatIsLeft(concerns, holders, await standingsOf(tx, holders));
}

async function standingsOf(tx: Tx, holders: readonly Holder[]) {
  return await exclusionsOfKeys(tx, bytesOf(new Set(holders.flatMap(({ keys }) => [...keys]))));
}

function bytesOf(hexes: ReadonlySet<string>): Buffer[] {
  return Array.from(hexes, (hex) => Buffer.from(hex, 'hex'));
}
