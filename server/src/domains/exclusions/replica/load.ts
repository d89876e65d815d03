import type { Readable } from 'node:stream';
import type pg from 'pg';
import copyStreams from 'pg-copy-streams';
import { endedAfter } from '../rules/ended.ts';
import type { Instant } from './clock.ts';
import type { IntervalTable } from './table.ts';

export interface Head {
  readonly epoch: string;
  readonly seq: number;
  readonly hash: string;
}

export interface Loaded extends Head {
  readonly instant: Instant;
  readonly people: number;
  /** So long after its end an exclusion was still loaded. */
  readonly quietMs: number;
}

/** One statement: the snapshot it sees is not older than its statement_timestamp(). */
export const HEAD_SQL = `
  SELECT seq::float8 AS seq, hash, (SELECT epoch::text FROM database_epoch) AS epoch,
         (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now_ms
  FROM register_head`;

export interface HeadRow {
  readonly seq: number;
  readonly hash: string;
  readonly epoch: string;
  readonly now_ms: number;
}

const IN_FORCE = `(e.in_force_until IS NULL OR e.in_force_until > statement_timestamp())`;

/** And those that ended so little before that nobody is advertised to yet. */
function keptSql(quietMs: number): string {
  return `(${IN_FORCE} OR ${endedAfter(`statement_timestamp() - interval '${Math.ceil(quietMs)} ms'`)})`;
}

/** Each exclusion that counts, the pending ones too: a key comes once for each of its intervals. */
const copySql = (kept: string) => `
  COPY (
    SELECT i.key, e.starts_at, e.in_force_until
    FROM exclusions e
    JOIN exclusion_persons ep ON ep.exclusion_id = e.id
    JOIN identifiers i ON i.person_id = ep.person_id
    WHERE ${kept}
  ) TO STDOUT (FORMAT binary)`;

/** How many people, and from the planner's own figures how many identifiers a person has. */
const sizeSql = (kept: string) => `
  SELECT count(DISTINCT ep.person_id) FILTER (WHERE ${IN_FORCE})::float8 AS people,
         count(DISTINCT ep.person_id)::float8 AS people_kept,
         (SELECT reltuples FROM pg_class WHERE oid = 'identifiers'::regclass)::float8 AS identifiers_known,
         (SELECT reltuples FROM pg_class WHERE oid = 'persons'::regclass)::float8 AS people_known
  FROM exclusions e JOIN exclusion_persons ep ON ep.exclusion_id = e.id WHERE ${kept}`;

interface SizeRow {
  readonly people: number;
  readonly people_kept: number;
  /** Estimates; -1 or 0 while PostgreSQL has none. */
  readonly identifiers_known: number;
  readonly people_known: number;
}

const NO_SIZE: SizeRow = { people: 0, people_kept: 0, identifiers_known: 0, people_known: 0 };

/** Fills the table with the register as it was at the head it returns. */
export async function loadReplica(
  client: pg.Client,
  table: IntervalTable,
  { quietMs }: { readonly quietMs: number },
): Promise<Loaded> {
  const kept = keptSql(quietMs);
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // A million people take seconds, and this hash join is worth some memory.
  await client.query(`SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'`);
  const askedAt = performance.now();
  const [head] = (await client.query<HeadRow>(HEAD_SQL)).rows;
  const answeredAt = performance.now();
  if (head === undefined) throw new Error('the register has no head');
  const [size] = (await client.query<SizeRow>(sizeSql(kept))).rows;
  const { people, people_kept, identifiers_known: identifiersKnown, people_known } = size ?? NO_SIZE;
  // Growing step by step would leave holes in the heap; what is missing for an estimate too low is grown.
  if (identifiersKnown > 0 && people_known > 0) {
    table.reserve((people_kept * identifiersKnown) / people_known);
  }
  await fill(client.query(copyStreams.to(copySql(kept))), table);
  await client.query('COMMIT');
  const { epoch, seq, hash, now_ms: databaseMs } = head;
  return { epoch, seq, hash, people, quietMs, instant: { databaseMs, askedAt, answeredAt } };
}

/** The database's time. */
export async function readNow(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ now_ms: number }>(
    'SELECT (extract(epoch FROM statement_timestamp()) * 1000)::float8 AS now_ms',
  );
  return rows[0]?.now_ms ?? 0;
}

const HEADER_BYTES = 19;
/** Field count, key, start and end with the length of each. */
const ROW_BYTES_MAX = 2 + 4 + 16 + 4 + 8 + 4 + 8;
const KEY_OFFSET = 2 + 4;
const START_OFFSET = KEY_OFFSET + 16 + 4;
const END_LENGTH_OFFSET = START_OFFSET + 8;
const NO_ROW = 0xffff;
const NULL_LENGTH = 0xffffffff;

async function fill(stream: Readable, table: IntervalTable): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    if (!started) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes;
        continue;
      }
      started = true;
      at = HEADER_BYTES;
    }
    rest = bytes.subarray(readRows(bytes, at, table));
  }
  if (!started || rest.length !== 2 || rest.readUInt16BE(0) !== NO_ROW) {
    throw new Error('the copy of the register ended early');
  }
}

/** Reads the rows that are there as a whole and returns where the next begins. No object for a row. */
function readRows(bytes: Buffer, from: number, table: IntervalTable): number {
  const span = { startsAt: 0, endsAt: 0 };
  let at = from;
  for (;;) {
    const left = bytes.length - at;
    if (left < ROW_BYTES_MAX - 8 || bytes.readUInt16BE(at) === NO_ROW) return at;
    const isPermanent = bytes.readUInt32BE(at + END_LENGTH_OFFSET) === NULL_LENGTH;
    if (!isPermanent && left < ROW_BYTES_MAX) return at;
    span.startsAt = timestampAt(bytes, at + START_OFFSET);
    span.endsAt = isPermanent ? Number.POSITIVE_INFINITY : timestampAt(bytes, at + END_LENGTH_OFFSET + 4);
    table.add(bytes, at + KEY_OFFSET, span);
    at += isPermanent ? ROW_BYTES_MAX - 8 : ROW_BYTES_MAX;
  }
}

/** PostgreSQL counts microseconds from here. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

function timestampAt(bytes: Buffer, at: number): number {
  const micros = bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  return Math.floor(micros / 1000) + POSTGRES_EPOCH_MS;
}
