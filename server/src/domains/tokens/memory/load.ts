import type { Readable } from 'node:stream';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';
import type { Database } from '../../../platform/db/database.ts';
import type { TokenTable } from './table.ts';

/** Works now: active, or rotated and in its last day. */
export const WORKS = `(t.state = 'active' OR (t.state = 'rotated' AND t.works_until > statement_timestamp()))`;
export const UNTIL_SECONDS = `coalesce(ceil(extract(epoch FROM t.works_until)), 0)::bigint`;

const COPY_SQL = `
  COPY (
    SELECT t.hash, ${UNTIL_SECONDS}, t.tenant_id, s.keys
    FROM tokens t JOIN token_subjects s ON s.id = t.subject_id
    WHERE ${WORKS}
  ) TO STDOUT (FORMAT binary)`;

const HEAD_SQL = `
  SELECT (SELECT coalesce(max(seq), 0) FROM token_changes)::float8 AS seq,
         (SELECT count(*) FROM tokens t WHERE ${WORKS})::float8 AS count`;

/** Fills the table with every token that works, as it was at the change whose number it returns. */
export async function loadTokens(
  db: Database,
  table: TokenTable,
  numberOf: (operatorId: string) => number,
): Promise<number> {
  const client = new pg.Client({ ...db.connection(), application_name: 'kinga-tokens-load' });
  // Without a listener a lost connection would end the process; the statement under way fails by itself.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(
      `SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB'; SET LOCAL kinga.tenant = '*'`,
    );
    const [head] = (await client.query<{ seq: number; count: number }>(HEAD_SQL)).rows;
    if (head === undefined) throw new Error('the tokens have no head');
    table.reserve(head.count);
    await fill(client.query(copyStreams.to(COPY_SQL)), table, numberOf);
    await client.query('COMMIT');
    return head.seq;
  } finally {
    client.end().catch(() => {});
  }
}

const HEADER_BYTES = 19;
const NO_ROW = 0xffff;
/** Field count, hash, until and the length of the operator. */
const OPERATOR_LENGTH = 2 + 4 + 16 + 4 + 8;
const HASH = 2 + 4;
const UNTIL_LOW = HASH + 16 + 4 + 4;

async function fill(
  stream: Readable,
  table: TokenTable,
  numberOf: (operatorId: string) => number,
): Promise<void> {
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
    rest = bytes.subarray(readRows(bytes, at, table, numberOf));
  }
  if (!started || rest.length !== 2 || rest.readUInt16BE(0) !== NO_ROW) {
    throw new Error('the copy of the tokens ended early');
  }
}

/** Reads the rows that are there as a whole and returns where the next begins. */
function readRows(
  bytes: Buffer,
  from: number,
  table: TokenTable,
  numberOf: (operatorId: string) => number,
): number {
  let at = from;
  for (;;) {
    if (bytes.length < at + OPERATOR_LENGTH + 4 || bytes.readUInt16BE(at) === NO_ROW) return at;
    const operatorAt = at + OPERATOR_LENGTH + 4;
    const operatorEnd = operatorAt + bytes.readUInt32BE(at + OPERATOR_LENGTH);
    if (bytes.length < operatorEnd + 4) return at;
    const keysAt = operatorEnd + 4;
    const end = keysAt + bytes.readUInt32BE(operatorEnd);
    if (bytes.length < end) return at;
    table.put(bytes.toString('latin1', at + HASH, at + HASH + 16), {
      operatorNo: numberOf(bytes.toString('latin1', operatorAt, operatorEnd)),
      worksUntil: bytes.readUInt32BE(at + UNTIL_LOW),
      keys: bytes.subarray(keysAt, end),
    });
    at = end;
  }
}
