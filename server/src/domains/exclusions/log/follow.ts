import type { Tx } from '../../../platform/db/tx.ts';
import { decodeKeys, type EntryKind, type Interval, type KeyIntervals } from './entry.ts';

/** NOTIFY says here that the register has changed; its payload is empty. */
export const REGISTER_CHANGED = 'kinga_register';

/** An entry of the register's log, for who tells others of it; the chain is the replica's business. */
export interface FollowedEntry {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly at: Date;
  readonly effectiveAt: Date;
  readonly keys: readonly KeyIntervals[];
}

interface Row {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly at: Date;
  readonly effective_at: Date;
  readonly keys: string;
}

/** What was appended after this one, in order. Seqs are contiguous and become visible in order. */
export async function entriesAfter(
  tx: Tx,
  { seq, limit }: { readonly seq: number; readonly limit: number },
): Promise<FollowedEntry[]> {
  const { rows } = await tx.query<Row>(
    `SELECT seq::float8 AS seq, kind, at, effective_at, keys FROM register_log
     WHERE seq > $1 ORDER BY register_log.seq LIMIT $2`,
    [seq, limit],
  );
  return rows.map(({ effective_at, keys, ...row }) => ({
    ...row,
    effectiveAt: effective_at,
    keys: decodeKeys(keys),
  }));
}

/** What stands about somebody who has one of these keys: the change that was made last of what is not over. */
export interface Standing {
  readonly key: Buffer;
  readonly seq: number;
  readonly effectiveAt: Date;
  readonly interval: Interval;
}

/** For each key that belongs to somebody whose exclusion is not over, each such exclusion. */
export async function exclusionsOfKeys(tx: Tx, keys: readonly Buffer[]): Promise<Standing[]> {
  if (keys.length === 0) return [];
  const { rows } = await tx.query<{ key: Buffer; seq: number; starts_at: Date; until: Date | null }>(
    `SELECT i.key, coalesce(e.changed_seq, e.seq)::float8 AS seq, e.starts_at, e.in_force_until AS until
     FROM unnest($1::bytea[]) AS k
     CROSS JOIN LATERAL (SELECT key, person_id FROM identifiers WHERE key = k OFFSET 0) AS i
     CROSS JOIN LATERAL (SELECT exclusion_id FROM exclusion_persons WHERE person_id = i.person_id OFFSET 0) AS p
     JOIN exclusions e ON e.id = p.exclusion_id
     WHERE e.in_force_until IS NULL OR e.in_force_until > clock_timestamp()`,
    [keys],
  );
  return rows.map(({ key, seq, starts_at, until }) => ({
    key,
    seq,
    effectiveAt: starts_at,
    interval: { startsAt: starts_at.getTime(), endsAt: until?.getTime() ?? null },
  }));
}

/** The entries that speak of one exclusion: its registration, and what was changed of it. */
export async function entriesOfExclusion(tx: Tx, exclusionId: string): Promise<number[]> {
  const { rows } = await tx.query<{ seq: number }>(
    `SELECT seq::float8 AS seq FROM exclusions WHERE id = $1
     UNION SELECT seq::float8 FROM exclusion_terms WHERE exclusion_id = $1`,
    [exclusionId],
  );
  return rows.map(({ seq }) => seq);
}
