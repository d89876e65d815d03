import { join } from 'node:path';
import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/log/log.ts';
import { Chunk } from './chunk.ts';
import { BatchCommitter } from './commit.ts';
import {
  type BatchName,
  OpenSegment,
  readSegment,
  removeSegment,
  segmentName,
  writeSegment,
} from './segment.ts';

const RETRY_AFTER_MS = 250;
/** A commit that takes longer than this may be one that never ends: what waits behind it is spooled. */
const SLOW_COMMIT_MS = 1_000;
const STOP_MS_MAX = 3_000;

/** Batches waiting in memory; beyond it the oldest go to the spool. 23 MB. */
export const WAITING_MAX = 16;

export interface BatchesOptions {
  readonly db: Database;
  readonly log: Logger;
  readonly node: string;
  readonly dataDir: string;
  /** This process's uuid. */
  readonly writer: string;
}

/**
 * Batches on their way to PostgreSQL. A batch waits in memory, or lies in the spool; they are committed one at a
 * time by their numbers, never a later one before an earlier: PostgreSQL keeps only the number of the last.
 */
export class Batches {
  readonly #options: BatchesOptions;
  readonly #committer: BatchCommitter;
  readonly #free: Chunk[] = [];
  /** By number. The first stays here while it is being committed. */
  readonly #waiting: Chunk[] = [];
  /** By number. */
  readonly #spilled: { readonly batch: number; readonly bytes: number }[] = [];
  #sending: Chunk | undefined;
  #last = 0;
  #spoolBytes = 0;
  #committing: Promise<void> | undefined;
  #committingSince = 0;
  #isAway = false;
  #retryAt = 0;

  constructor(options: BatchesOptions) {
    this.#options = options;
    this.#committer = new BatchCommitter(options.db);
  }

  get spoolBytes(): number {
    return this.#spoolBytes;
  }

  /** Neither PostgreSQL nor the spool takes any more. */
  get isFull(): boolean {
    return this.#waiting.length > WAITING_MAX;
  }

  nextChunk(): Chunk {
    const chunk = this.#free.pop() ?? new Chunk();
    chunk.count = 0;
    chunk.batch = ++this.#last;
    chunk.segment = undefined;
    return chunk;
  }

  nameOf(chunk: Chunk): BatchName {
    return { writer: this.#options.writer, node: this.#options.node, batch: chunk.batch };
  }

  /** So that a kill does not lose these rows of a chunk that is still in memory. */
  appendToSegment(chunk: Chunk, header: Uint8Array, rows: Uint8Array): void {
    if (chunk.segment === undefined) {
      chunk.segment = new OpenSegment(this.#pathOf(chunk.batch));
      chunk.segment.append(Buffer.concat([header, rows]));
      this.#spoolBytes += header.length + rows.length;
    } else {
      chunk.segment.append(rows);
      this.#spoolBytes += rows.length;
    }
  }

  submit(chunk: Chunk): void {
    this.#waiting.push(chunk);
    if (this.#waiting.length > WAITING_MAX) this.#spillWaiting(WAITING_MAX);
  }

  /** Called a few times a second. */
  pump(): void {
    const isSlow = this.#committing && performance.now() - this.#committingSince > SLOW_COMMIT_MS;
    if (this.#isAway || isSlow) this.#spillWaiting(0);
    if (!this.#committing && this.#hasWork() && performance.now() >= this.#retryAt) void this.#commit();
  }

  /** Commits what there is, in good time; the rest stays in the spool for whoever starts next. */
  async stop(): Promise<void> {
    const deadline = performance.now() + STOP_MS_MAX;
    this.#isAway = false;
    while (this.#hasWork() && !this.#isAway && performance.now() < deadline) {
      await Promise.race([this.#commit(), after(deadline - performance.now())]);
    }
    this.#sending = undefined;
    this.#spillWaiting(0);
    await this.#committer.close();
    await this.#committing;
  }

  #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#spilled.length > 0;
  }

  #commit(): Promise<void> {
    this.#committingSince = performance.now();
    this.#committing ??= this.#commitAll().finally(() => {
      this.#committing = undefined;
    });
    return this.#committing;
  }

  async #commitAll(): Promise<void> {
    try {
      while (this.#hasWork()) {
        this.#committingSince = performance.now();
        const [spilled] = this.#spilled;
        const [waiting] = this.#waiting;
        if (waiting === undefined || (spilled && spilled.batch < waiting.batch)) await this.#commitSpilled();
        else await this.#commitWaiting(waiting);
        if (this.#isAway) this.#options.log.info('checks reach PostgreSQL again');
        this.#isAway = false;
      }
    } catch (error) {
      if (!this.#isAway) this.#options.log.warn({ err: error }, 'checks go to the spool');
      this.#isAway = true;
      this.#retryAt = performance.now() + RETRY_AFTER_MS;
    }
  }

  async #commitSpilled(): Promise<void> {
    const [spilled] = this.#spilled;
    if (spilled === undefined) return;
    const path = this.#pathOf(spilled.batch);
    const batch = readSegment(path, this.#options.node);
    if (batch) await this.#committer.commit(batch);
    else this.#options.log.error({ path }, 'a segment of the spool is gone');
    await removeSegment(path);
    this.#spoolBytes -= spilled.bytes;
    this.#spilled.splice(this.#spilled.indexOf(spilled), 1);
  }

  async #commitWaiting(chunk: Chunk): Promise<void> {
    this.#sending = chunk;
    try {
      await this.#committer.commit({ ...this.nameOf(chunk), rows: chunk.rows });
    } finally {
      this.#sending = undefined;
    }
    const place = this.#waiting.indexOf(chunk);
    // Stopping did not wait for us: the batch lies in the spool, where it will be found to be committed.
    if (place < 0) return;
    this.#waiting.splice(place, 1);
    if (chunk.segment) {
      chunk.segment.close();
      await removeSegment(chunk.segment.path);
      this.#spoolBytes -= chunk.segment.bytes;
    }
    this.#free.push(chunk);
  }

  /** The oldest first, but never the one that is being sent: it is still being read. */
  #spillWaiting(leave: number): void {
    const first = this.#waiting[0] === this.#sending ? 1 : 0;
    while (this.#waiting.length > Math.max(leave, first)) {
      const chunk = this.#waiting[first];
      if (chunk === undefined || !this.#spill(chunk)) return;
      this.#waiting.splice(first, 1);
      this.#free.push(chunk);
    }
  }

  /** False when the disk does not take it: it stays in memory then. */
  #spill(chunk: Chunk): boolean {
    let bytes: number;
    try {
      bytes = writeSegment(this.#pathOf(chunk.batch), { ...this.nameOf(chunk), rows: chunk.rows });
    } catch (error) {
      this.#options.log.error({ err: error, checks: chunk.count }, 'checks could not be spooled');
      return false;
    }
    chunk.segment?.close();
    this.#spoolBytes += bytes - (chunk.segment?.bytes ?? 0);
    this.#spilled.push({ batch: chunk.batch, bytes });
    this.#spilled.sort((a, b) => a.batch - b.batch);
    return true;
  }

  #pathOf(batch: number): string {
    return join(this.#options.dataDir, segmentName({ node: this.#options.node, batch }));
  }
}

function after(timeoutMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timeoutMs).unref());
}
