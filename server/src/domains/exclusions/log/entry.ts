import { hash } from 'node:crypto';

export type EntryKind = 'registered' | 'extended' | 'lifted' | 'identified';

/** From when to when (milliseconds since 1970) an identifier is excluded; end null: until a return is granted. */
export interface Interval {
  readonly startsAt: number;
  readonly endsAt: number | null;
}

/** The complete intervals of one identifier over all people: a replica replaces exactly what it had. */
export interface KeyIntervals {
  /** Version of the pepper the key was made with. */
  readonly version: number;
  /** 16 bytes, hex. */
  readonly key: string;
  readonly intervals: readonly Interval[];
}

/** What an entry says before it has its place in the chain. */
export interface EntryBody {
  readonly kind: EntryKind;
  /** The person's pseudonym. */
  readonly subject: string;
  readonly effectiveAt: number;
  readonly keys: readonly KeyIntervals[];
}

/** One line of `register_log`: append-only, gap-free, hash-chained. */
export interface LogEntry extends EntryBody {
  readonly seq: number;
  /** clock_timestamp() under the head's lock. */
  readonly at: number;
  /** Hex SHA-256 over the canonical text of all of it and the hash before. */
  readonly hash: string;
}

/** The hash before the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

export function hashOf(previousHash: string, entry: Omit<LogEntry, 'hash'>): string {
  const text = JSON.stringify([
    previousHash,
    entry.seq,
    entry.kind,
    entry.subject,
    entry.at,
    entry.effectiveAt,
    encodeKeys(entry.keys),
  ]);
  return hash('sha256', text, 'hex');
}

export function chain(
  head: { seq: number; hash: string },
  at: number,
  bodies: readonly EntryBody[],
): LogEntry[] {
  let { seq, hash: previous } = head;
  return bodies.map((body) => {
    const entry = { ...body, seq: ++seq, at };
    previous = hashOf(previous, entry);
    return { ...entry, hash: previous };
  });
}

/** The `keys` column, and what the hash covers: `version:hex=start-end,start-;version:hex=`. */
export function encodeKeys(keys: readonly KeyIntervals[]): string {
  return keys
    .map(({ version, key, intervals }) => {
      const spans = intervals.map(({ startsAt, endsAt }) => `${startsAt}-${endsAt ?? ''}`);
      return `${version}:${key}=${spans.join(',')}`;
    })
    .join(';');
}

export function decodeKeys(text: string): KeyIntervals[] {
  if (text === '') return [];
  return text.split(';').map((part) => {
    const [name = '', spans = ''] = part.split('=');
    const [version = '', key = ''] = name.split(':');
    const intervals = spans === '' ? [] : spans.split(',').map(decodeInterval);
    return { version: Number(version), key, intervals };
  });
}

function decodeInterval(span: string): Interval {
  const [startsAt = '', endsAt = ''] = span.split('-');
  return { startsAt: Number(startsAt), endsAt: endsAt === '' ? null : Number(endsAt) };
}
