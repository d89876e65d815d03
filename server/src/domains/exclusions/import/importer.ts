import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { sqlStateOf } from '../../../platform/db/errors.ts';
import { MATCH } from '../../matching/index.ts';
import type { Outcome, Registration } from '../register/registration.ts';
import { type Columns, readHeaders } from './headers.ts';
import { LineSplitter } from './lines.ts';
import { type CsvRecord, RecordReader } from './records.ts';
import { RejectsFile } from './rejects.ts';
import { createRowReader, type GoodRow, type Row } from './row.ts';

export interface ImportOptions {
  readonly file: string;
  readonly crypto: Crypto;
  registerBatch(registrations: readonly Registration[]): Promise<readonly Outcome[]>;
  onHeaders?(columns: Columns): void;
  onProgress?(progress: { bytesRead: number; counts: Counts }): void;
  /** Ends the import after the batch that runs; what is registered stays, and the next run goes on. */
  readonly signal?: AbortSignal;
}

export interface Counts {
  rows: number;
  imported: number;
  /** Of the imported, those with an identifier that could not be used. */
  incomplete: number;
  known: number;
  rejected: number;
}

export interface ImportResult extends Counts {
  readonly rejectsFile: string | undefined;
  readonly isComplete: boolean;
  /** Some bytes were no UTF-8 and stand as U+FFFD now, in a name or a reason: an identifier with one is refused. */
  readonly hasUnreadable: boolean;
}

const READ_BYTES = 256 * 1024;
const BATCH_ROWS_MAX = 1_000;
const BATCH_ROWS_MIN = 100;
/** PostgreSQL's default lock table has room for 6,400, and there are others beside us. */
const BATCH_KEYS_MAX = 2_000;
/** A batch that takes longer keeps a live registration waiting: the next one is smaller. */
const BATCH_MS_MAX = 250;
const BREATH_MS = 2;

/**
 * Streams a file into the register: while one batch is being written the next is read, never more, so memory
 * does not grow with the file. Every row ends as imported, known, or in the rejects file; running the same file
 * again finds every row known, which is also how an interrupted import goes on.
 */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const run = new ImportRun(options);
  try {
    await readInto(run, options);
    return await run.end();
  } finally {
    await run.close();
  }
}

async function readInto(run: ImportRun, options: ImportOptions): Promise<void> {
  const stream = createReadStream(options.file, { encoding: 'utf8', highWaterMark: READ_BYTES });
  const lines = new LineSplitter();
  const records = new RecordReader();
  let isFirst = true;
  for await (const piece of stream as AsyncIterable<string>) {
    if (isFirst) refuseOtherEncodings(piece);
    run.hasUnreadable ||= piece.includes('\uFFFD');
    await run.take(records.push(lines.push(isFirst ? piece.replace(/^\uFEFF/, '') : piece)));
    isFirst = false;
    options.onProgress?.({ bytesRead: stream.bytesRead, counts: run.counts });
    if (options.signal?.aborted) return;
  }
  await run.take(records.push(lines.end()));
  await run.take(records.end());
}

class ImportRun {
  readonly counts: Counts = { rows: 0, imported: 0, incomplete: 0, known: 0, rejected: 0 };
  hasUnreadable = false;
  readonly #options: ImportOptions;
  #readRow: ((record: CsvRecord) => Row | undefined) | undefined;
  #rejects: RejectsFile | undefined;
  #batch: Row[] = [];
  #keys = 0;
  #batchRowsMax = BATCH_ROWS_MAX;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  async take(records: readonly CsvRecord[]): Promise<void> {
    for (const record of records) {
      if (this.#options.signal?.aborted) return;
      if (this.#readRow === undefined) this.#readRow = this.#begin(record);
      else await this.#add(this.#readRow(record));
    }
  }

  async end(): Promise<ImportResult> {
    if (this.#readRow === undefined) throw new Error('the file is empty');
    const isComplete = !this.#options.signal?.aborted;
    if (isComplete) await this.#flush();
    await this.#writing;
    const hasRejects = this.counts.rejected + this.counts.incomplete > 0;
    const rejectsFile = hasRejects ? this.#rejects?.path : undefined;
    return { ...this.counts, isComplete, rejectsFile, hasUnreadable: this.hasUnreadable };
  }

  /** Also after a failure: what is known to be rejected is on the disk. */
  async close(): Promise<void> {
    await this.#writing.catch(() => {});
    await this.#rejects?.close();
  }

  #begin(header: CsvRecord): (record: CsvRecord) => Row | undefined {
    if (header.problem !== undefined)
      throw new Error(`line ${header.line}: ${header.problem}: this is not a CSV file`);
    const columns = readHeaders(header.cells);
    this.#rejects = new RejectsFile(`${this.#options.file}.rejected.csv`, columns.names);
    this.#options.onHeaders?.(columns);
    return createRowReader(this.#options.crypto, columns);
  }

  async #add(row: Row | undefined): Promise<void> {
    if (row === undefined) return;
    this.counts.rows++;
    // Match keys are not locked.
    const keys = row.registration?.identifiers.filter(({ type }) => type !== MATCH).length ?? 0;
    if (this.#keys + keys > BATCH_KEYS_MAX) await this.#flush();
    this.#batch.push(row);
    this.#keys += keys;
    if (this.#batch.length >= this.#batchRowsMax) await this.#flush();
  }

  /** Waits for the batch before, then lets this one run while the next is read. */
  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#keys = 0;
    await this.#writing;
    this.#writing = this.#write(batch);
    // Whoever awaits it next gets the error; until then it must not count as unhandled.
    this.#writing.catch(() => {});
  }

  async #write(batch: readonly Row[]): Promise<void> {
    const good = batch.filter((row): row is GoodRow => row.registration !== undefined);
    const startedAt = performance.now();
    const outcomes = good.length === 0 ? [] : await this.#register(good);
    const tookMs = performance.now() - startedAt;
    this.#batchRowsMax = nextBatchRows(this.#batchRowsMax, tookMs);
    const outcomeOf = new Map(good.map((row, index) => [row, outcomes[index]]));
    for (const row of batch) await this.#settle(row, outcomeOf.get(row as GoodRow));
    await delay(BREATH_MS);
  }

  /** When PostgreSQL refuses a batch for what some row says, halves find the row; the others are registered. */
  async #register(rows: readonly GoodRow[]): Promise<readonly Outcome[]> {
    try {
      return await this.#options.registerBatch(rows.map(({ registration }) => registration));
    } catch (error) {
      if (!/^2[23]/.test(sqlStateOf(error) ?? '')) throw error;
      if (rows.length === 1) return [{ kind: 'refused', error: unusable() }];
      const half = Math.ceil(rows.length / 2);
      const first = await this.#register(rows.slice(0, half));
      return [...first, ...(await this.#register(rows.slice(half)))];
    }
  }

  async #settle(row: Row, outcome: Outcome | undefined): Promise<void> {
    if (outcome === undefined || outcome.kind === 'refused') {
      this.counts.rejected++;
      const said = outcome === undefined ? [] : [outcome.error.message.replace(/^startsAt:/, 'starts_at:')];
      await this.#rejects?.add(row.record, [...row.complaints, ...said]);
      return;
    }
    this.counts[outcome.kind === 'known' ? 'known' : 'imported']++;
    if (row.complaints.length === 0) return;
    this.counts.incomplete++;
    await this.#rejects?.add(row.record, [`imported; not used: ${row.complaints.join('; ')}`]);
  }
}

function unusable(): KingaError {
  return new KingaError('INVALID_INPUT', 'the database refuses this row');
}

function nextBatchRows(rows: number, tookMs: number): number {
  if (tookMs > BATCH_MS_MAX) return Math.max(BATCH_ROWS_MIN, Math.floor(rows / 2));
  return Math.min(BATCH_ROWS_MAX, Math.ceil(rows * 1.25));
}

function refuseOtherEncodings(piece: string): void {
  // UTF-16 read as UTF-8: a byte order mark that is none, or every other character a zero.
  const zeros = piece.slice(0, 200).split('\0').length - 1;
  if (/^\uFFFD\uFFFD/.test(piece) || zeros > piece.slice(0, 200).length / 4) {
    throw new Error('the file is not UTF-8; save it as "CSV UTF-8"');
  }
}
