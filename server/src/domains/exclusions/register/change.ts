import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { planByIndex } from '../../../platform/db/plan-by-index.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { chain, type EntryBody, type EntryKind, type LogEntry } from '../log/entry.ts';
import { holdKeysOf, keysOfPeople } from './hold.ts';
import * as store from './store.ts';

export interface Change {
  readonly kind: Exclude<EntryKind, 'registered'>;
  /** Everybody whose identifiers or exclusions the change touches; at least one. */
  readonly personIds: readonly string[];
  /** When it takes effect, in milliseconds since 1970; absent or past: at once. */
  readonly effectiveAt?: number;
  /**
   * Changes the rows, with the locks of all those people's keys, their rows and the head held. `at` is the
   * database's time of the entry, in milliseconds since 1970; `seqOf` says which entry will be a person's.
   */
  readonly write: (tx: Tx, at: number, seqOf: (personId: string) => number) => Promise<void>;
}

export interface Changed {
  readonly at: number;
  /** Of the last entry. */
  readonly seq: number;
  readonly entries: readonly LogEntry[];
  readonly epoch: string;
}

/**
 * Any change of the register that is not a registration, within the caller's transaction: one entry for each
 * person, carrying the complete intervals of every key that was theirs before or is theirs after. The locks are
 * those of a registration, in the same order, the head last.
 */
export async function changePeople(tx: Tx, crypto: Crypto, change: Change): Promise<Changed> {
  await planByIndex(tx);
  const before = await holdKeysOf(tx, change.personIds);
  const head = await store.lockHead(tx);
  const { at, epoch } = await store.readClock(tx);
  const people = [...new Set(change.personIds)].sort();
  await change.write(tx, at, (personId) => head.seq + 1 + people.indexOf(personId));
  const after = await keysOfPeople(tx, change.personIds);
  const keys = new Map([...before, ...after].map(({ key }) => [key.toString('hex'), key]));
  const intervals = await store.readIntervals(tx, [...keys.values()], at);
  const version = crypto.secrets.pepper.version;
  const effectiveAt = Math.max(at, change.effectiveAt ?? at);
  const bodies = people.map((personId): EntryBody => {
    const own = [...before, ...after].filter((known) => known.personId === personId);
    return {
      kind: change.kind,
      subject: crypto.pseudonym(personId),
      effectiveAt,
      keys: Array.from(new Set(own.map(({ key }) => key.toString('hex'))), (key) => ({
        version,
        key,
        intervals: intervals.get(key) ?? [],
      })),
    };
  });
  const entries = chain(head, at, bodies);
  await store.appendLog(tx, entries);
  return { at, seq: head.seq + entries.length, entries, epoch };
}
