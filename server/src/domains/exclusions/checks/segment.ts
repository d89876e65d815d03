import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { isRow, ROW_BYTES } from './row.ts';

/** Which batch of which process. */
export interface BatchName {
  /** The process's own uuid. */
  readonly writer: string;
  readonly node: string;
  readonly batch: number;
}

export interface Batch extends BatchName {
  /** Rows of a binary COPY. */
  readonly rows: Buffer;
}

const MAGIC = Buffer.from('kchecks1', 'latin1');
const WRITER = MAGIC.length;
const BATCH = WRITER + 16;
export const SEGMENT_HEADER_BYTES = BATCH + 8;
const FILE_NAME = /^checks-(.+)-(\d+)\.spool$/;

export function segmentName({ node, batch }: Pick<BatchName, 'node' | 'batch'>): string {
  return `checks-${node}-${batch}.spool`;
}

export function parseSegmentName(name: string): Pick<BatchName, 'node' | 'batch'> | undefined {
  const match = FILE_NAME.exec(name);
  if (match === null) return undefined;
  return { node: match[1] ?? '', batch: Number(match[2]) };
}

export function segmentHeader({ writer, batch }: BatchName): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.write(writer.replaceAll('-', ''), WRITER, 'hex');
  header.writeBigUInt64BE(BigInt(batch), BATCH);
  return header;
}

/** What was appended of a batch whose rows are still in memory: the answers that a kill must not lose. */
export class OpenSegment {
  readonly path: string;
  readonly #file: number;
  #bytes = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'ax', 0o600);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** One write: the page cache outlives the process, so nothing is synced. */
  append(bytes: Uint8Array): void {
    let written = 0;
    // A full disk may take a part; whoever reads drops a torn row at the end.
    while (written < bytes.length) {
      const count = writeSync(this.#file, bytes, written);
      if (count === 0) throw new Error('the spool takes no more bytes');
      written += count;
      this.#bytes += count;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** The whole batch, instead of what was appended of it: there is always the one or the other. */
export function writeSegment(path: string, batch: Batch): number {
  const draft = `${path}.tmp`;
  writeFileSync(draft, segmentHeader(batch), { mode: 0o600 });
  writeFileSync(draft, batch.rows, { flag: 'a' });
  renameSync(draft, path);
  return SEGMENT_HEADER_BYTES + batch.rows.length;
}

/** Undefined when there is nothing, not even a whole header. A torn row at the end is dropped. */
export function readSegment(path: string, node: string): Batch | undefined {
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  if (bytes.length < SEGMENT_HEADER_BYTES || !bytes.subarray(0, WRITER).equals(MAGIC)) return undefined;
  const hex = bytes.toString('hex', WRITER, BATCH);
  const writer = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  let end = SEGMENT_HEADER_BYTES;
  while (isRow(bytes, end)) end += ROW_BYTES;
  return {
    writer,
    node,
    batch: Number(bytes.readBigUInt64BE(BATCH)),
    rows: bytes.subarray(SEGMENT_HEADER_BYTES, end),
  };
}

/** In the thread pool: with a busy disk an unlink can take ten milliseconds. */
export async function removeSegment(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
