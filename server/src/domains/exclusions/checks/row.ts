import type { Answer, Purpose } from '@kinga/shared/exclusions/contract.ts';

/**
 * A check as one row of PostgreSQL's binary COPY, which is also how it lies in memory and in the spool: nothing
 * is converted on the way. All rows have the same length, and all but the values is the same in each:
 *
 *     2 number of columns, then before each value 4 bytes of its length:
 *     16 id | 4 key_no | 16 subject | 1 purpose | 1 answer | 8 seq | 8 at
 */
export const COPY_CHECKS_SQL =
  'COPY checks (id, key_no, subject, purpose, answer, seq, at) FROM STDIN (FORMAT binary)';
const COLUMN_BYTES = [16, 4, 16, 1, 1, 8, 8] as const;

export const ID = 6;
export const KEY_NO = ID + 16 + 4;
export const SUBJECT = KEY_NO + 4 + 4;
export const PURPOSE = SUBJECT + 16 + 4;
export const ANSWER = PURPOSE + 1 + 4;
export const SEQ = ANSWER + 1 + 4;
export const AT = SEQ + 8 + 4;
export const ROW_BYTES = AT + 8;
export const ID_BYTES = 16;

/** Signature, no flags, no extension; and what ends the copy. */
export const COPY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

export const PURPOSE_CODE: Readonly<Record<Purpose, number>> = {
  registration: code('r'),
  login: code('l'),
  deposit: code('d'),
  bet: code('b'),
  marketing: code('m'),
};
export const ANSWER_CODE: Readonly<Record<Answer, number>> = {
  EXCLUDED: code('E'),
  CLEAR: code('C'),
  UNKNOWN: code('U'),
};

function code(letter: string): number {
  return letter.charCodeAt(0);
}

const TEMPLATE = template();

/** So many rows with everything in place but the values. */
export function emptyRows(count: number): Buffer {
  return Buffer.alloc(count * ROW_BYTES, TEMPLATE);
}

/** Whether this can be a row: what is the same in all of them is there. */
export function isRow(bytes: Buffer, at: number): boolean {
  if (at + ROW_BYTES > bytes.length || bytes.readUInt16BE(at) !== COLUMN_BYTES.length) return false;
  let position = at + 2;
  for (const length of COLUMN_BYTES) {
    if (bytes.readUInt32BE(position) !== length) return false;
    position += 4 + length;
  }
  return true;
}

function template(): Buffer {
  const row = Buffer.alloc(ROW_BYTES);
  let at = row.writeUInt16BE(COLUMN_BYTES.length, 0);
  for (const length of COLUMN_BYTES) at = row.writeUInt32BE(length, at) + length;
  return row;
}
