import { once } from 'node:events';
import { createWriteStream, rmSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { CsvRecord } from './records.ts';

/**
 * `<file>.rejected.csv`: line number, reason, and the original cells as they were read, so that people can
 * correct them there and import that file. A row that was imported with the identifiers that were good, and has a
 * reference of its own, is known by then: what was missing is registered by hand, or under another reference.
 * Written anew by every run; no file when there is nothing to reject.
 */
export class RejectsFile {
  readonly path: string;
  readonly #headers: readonly string[];
  #stream: WriteStream | undefined;

  constructor(path: string, headers: readonly string[]) {
    this.path = path;
    this.#headers = headers;
    rmSync(path, { force: true });
  }

  async add(record: CsvRecord, reasons: readonly string[]): Promise<void> {
    // Not "reason": that is a column of its own.
    this.#stream ??= await this.#open(['line', 'rejected_because', ...this.#headers]);
    await this.#write(this.#stream, [String(record.line), reasons.join('; '), ...record.cells]);
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.end();
    await finished(this.#stream);
  }

  async #open(headers: readonly string[]): Promise<WriteStream> {
    const stream = createWriteStream(this.path, { flush: true, mode: 0o600 });
    await once(stream, 'open');
    await this.#write(stream, headers);
    return stream;
  }

  async #write(stream: WriteStream, cells: readonly string[]): Promise<void> {
    if (!stream.write(`${cells.map(quoted).join(',')}\n`)) await once(stream, 'drain');
  }
}

function quoted(cell: string): string {
  return /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
