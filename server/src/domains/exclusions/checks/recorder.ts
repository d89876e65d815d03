import { randomFillSync, randomUUID } from 'node:crypto';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Database } from '../../../platform/db/database.ts';
import { acquireLock, type Lock } from '../../../platform/lifecycle/lock-file.ts';
import { makeFolder } from '../../../platform/lifecycle/make-folder.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import type { Logger } from '../../../platform/log/log.ts';
import { adoptSegments, lockPathOf } from './adopt.ts';
import { Batches } from './batches.ts';
import type { Chunk } from './chunk.ts';
import { BatchCommitter } from './commit.ts';
import { ANSWER, ANSWER_CODE, AT, ID, ID_BYTES, KEY_NO, PURPOSE, ROW_BYTES, SEQ, SUBJECT } from './row.ts';
import { segmentHeader } from './segment.ts';

const FLUSH_EVERY_MS = 100;
const ADOPT_RETRY_MS = 2_000;
/** EXCLUDED rows of one call; a lookupMany has at most 1,000 checks. */
const HITS_MAX = 1_024;
const RANDOM_WORDS = 16_384;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const WORD = 2 ** 32;

export interface RecorderOptions {
  readonly db: Database;
  readonly log: Logger;
  readonly node: string;
  readonly dataDir: string;
  readonly spoolBytesMax: number;
}

/**
 * Records every check, in the very form in which PostgreSQL takes the rows. What an answer promises:
 *
 * - EXCLUDED: it is in the process's spool before it is given, so a kill loses none.
 * - any: it is in memory for a tenth of a second and then in PostgreSQL, or in the spool while that is away.
 *
 * When neither takes any more, nothing is answered any more. A call is `begin`, `add` for each check, `end`.
 */
export class CheckRecorder implements Service {
  readonly name = 'check-recorder';
  readonly #options: RecorderOptions;
  readonly #batches: Batches;
  readonly #random = new Uint32Array(RANDOM_WORDS);
  #randomAt = RANDOM_WORDS;
  #counter = 0;
  #chunk: Chunk;
  /** EXCLUDED rows of the call under way. */
  readonly #hits = Buffer.alloc(HITS_MAX * ROW_BYTES);
  #hitBytes = 0;
  #keyNo = 0;
  #seqHigh = 0;
  #seqLow = 0;
  #idHigh = 0;
  #idLow = 0;
  #atHigh = 0;
  #atLow = 0;
  #lock: Lock | undefined;
  #timer: NodeJS.Timeout | undefined;
  #adopting: Promise<void> | undefined;
  #wakeAdopting: (() => void) | undefined;
  #stopped = false;
  #recorded = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#batches = new Batches({ ...options, writer: randomUUID() });
    this.#chunk = this.#batches.nextChunk();
  }

  /** Checks recorded since the process started. */
  get recorded(): number {
    return this.#recorded + this.#chunk.count;
  }

  get spoolBytes(): number {
    return this.#batches.spoolBytes;
  }

  async start(): Promise<void> {
    const { dataDir, node } = this.#options;
    makeFolder(dataDir);
    this.#lock = acquireLock(lockPathOf(dataDir, node));
    if (this.#lock === undefined) throw new Error(`DATA_DIR: another process is the node ${node}`);
    this.#timer = setInterval(() => {
      this.#seal();
      this.#batches.pump();
    }, FLUSH_EVERY_MS);
    this.#adopting = this.#adopt();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#wakeAdopting?.();
    this.#seal();
    await this.#batches.stop();
    await this.#adopting;
    this.#lock?.release();
  }

  /** Once for each call, before its checks. `atMs`: the database's time, as far as this node knows it. */
  begin(keyNo: number, seq: number, atMs: number): void {
    if (this.#batches.isFull || this.#batches.spoolBytes >= this.#options.spoolBytesMax) {
      throw new KingaError('UNAVAILABLE', 'Checks cannot be recorded: the spool is full');
    }
    this.#keyNo = keyNo;
    this.#seqHigh = Math.floor(seq / WORD);
    this.#seqLow = seq % WORD;
    const ms = Math.floor(atMs);
    this.#idHigh = Math.floor(ms / WORD);
    this.#idLow = ms % WORD;
    const micros = (ms - POSTGRES_EPOCH_MS) * 1000;
    this.#atHigh = Math.floor(micros / WORD);
    this.#atLow = micros % WORD;
    this.#hitBytes = 0;
  }

  /** Records one check and returns its id. `subject`: a key as latin1. */
  add(subject: string, purposeCode: number, answerCode: number): string {
    if (this.#chunk.isFull) this.#seal();
    const chunk = this.#chunk;
    const at = chunk.count++ * ROW_BYTES;
    const { bytes, view } = chunk;
    if (this.#randomAt >= RANDOM_WORDS) {
      randomFillSync(this.#random);
      this.#randomAt = 0;
    }
    this.#counter = (this.#counter + 1) & 0xffff;
    view.setUint16(at + ID, this.#idHigh);
    view.setUint32(at + ID + 2, this.#idLow);
    view.setUint16(at + ID + 6, this.#counter);
    view.setUint32(at + ID + 8, this.#random[this.#randomAt++]!);
    view.setUint32(at + ID + 12, this.#random[this.#randomAt++]!);
    view.setUint32(at + KEY_NO, this.#keyNo);
    for (let i = 0; i < 16; i++) bytes[at + SUBJECT + i] = subject.charCodeAt(i);
    bytes[at + PURPOSE] = purposeCode;
    bytes[at + ANSWER] = answerCode;
    view.setUint32(at + SEQ, this.#seqHigh);
    view.setUint32(at + SEQ + 4, this.#seqLow);
    view.setUint32(at + AT, this.#atHigh);
    view.setUint32(at + AT + 4, this.#atLow);
    if (answerCode === ANSWER_CODE.EXCLUDED) {
      bytes.copy(this.#hits, this.#hitBytes, at, at + ROW_BYTES);
      this.#hitBytes += ROW_BYTES;
    }
    return `c_${bytes.toString('hex', at + ID, at + ID + ID_BYTES)}`;
  }

  /** Once for each call, before its answer goes out: what was answered EXCLUDED is in the spool after it. */
  end(): void {
    if (this.#hitBytes > 0) this.#appendHits();
  }

  #appendHits(): void {
    const rows = this.#hits.subarray(0, this.#hitBytes);
    this.#hitBytes = 0;
    try {
      const chunk = this.#chunk;
      this.#batches.appendToSegment(chunk, segmentHeader(this.#batches.nameOf(chunk)), rows);
    } catch (error) {
      this.#options.log.error({ err: error }, 'the spool of checks cannot be written');
      throw new KingaError('UNAVAILABLE', 'Checks cannot be recorded at the moment', { cause: error });
    }
  }

  /** The chunk is a batch now; EXCLUDED rows of a call under way belong into its segment, not the next one's. */
  #seal(): void {
    if (this.#chunk.count === 0) return;
    if (this.#hitBytes > 0) this.#appendHits();
    this.#recorded += this.#chunk.count;
    this.#batches.submit(this.#chunk);
    this.#chunk = this.#batches.nextChunk();
  }

  /** What processes that are gone have left behind. */
  async #adopt(): Promise<void> {
    const { db, dataDir, node, log } = this.#options;
    const committer = new BatchCommitter(db);
    const commit: BatchCommitter['commit'] = (batch) => {
      if (this.#stopped) throw new Error('stopping');
      return committer.commit(batch);
    };
    for (let done = false; !done && !this.#stopped; ) {
      try {
        await adoptSegments({ dataDir, node, log, commit });
        done = true;
      } catch (error) {
        log.warn({ err: error }, 'checks of a process that is gone wait in the spool');
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ADOPT_RETRY_MS);
        this.#wakeAdopting = resolve;
        await promise;
        clearTimeout(timer);
      }
    }
    await committer.close();
  }
}
