import { type Options, parse } from 'csv-parse/sync';
import type { Line } from './lines.ts';

/** One row of the file; `problem` when it cannot be read as cells at all. */
export interface CsvRecord {
  /** Where it begins. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly problem?: string;
}

/** Read at once when no quote is open between their lines. */
const BLOCK_LINES_MAX = 500;
/** A quoted cell that goes on for longer was never meant to: its quote is a slip of the pen. */
const RECORD_LINES_MAX = 200;
const RECORD_CHARS_MAX = 64 * 1024;

const STRICT: Options = { relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] };

/**
 * Groups lines into records and has csv-parse read them, in such a way that one stray quote costs one row: a
 * reader of a stream would take everything up to the next quote for one cell, or stop. A record of several
 * lines counts as one only if it reads without complaint and has as many cells as the header; otherwise its
 * first line is taken alone and the others begin anew.
 */
export class RecordReader {
  #lines: Line[] = [];
  #width: number | undefined;

  push(lines: readonly Line[]): CsvRecord[] {
    this.#lines.push(...lines);
    return this.#read(false);
  }

  end(): CsvRecord[] {
    return this.#read(true);
  }

  #read(isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < this.#lines.length) {
      const block = takeBlock(this.#lines, at);
      if (block.length > 0) {
        records.push(...readBlock(block.filter(({ text }) => text.trim() !== '')));
        at += block.length;
        this.#width ??= records[0]?.cells.length;
        continue;
      }
      const [line] = this.#lines.slice(at, at + 1);
      if (line?.isCut) {
        records.push({ line: line.number, cells: [line.text], problem: 'longer than 1 MiB, and cut here' });
        at++;
        continue;
      }
      const size = openRecordSize(this.#lines, at);
      if (size === undefined && !isEnd) break;
      const record = this.#readOpen(this.#lines.slice(at, at + (size ?? this.#lines.length - at)));
      records.push(record.record);
      this.#width ??= record.record.cells.length;
      at += record.lines;
    }
    this.#lines = this.#lines.slice(at);
    return records;
  }

  #readOpen(lines: readonly Line[]): { record: CsvRecord; lines: number } {
    const [first] = lines;
    if (first === undefined) throw new Error('a record has at least one line');
    const whole = tryParse(lines.map(({ text, end }) => text + end).join(''), STRICT);
    const cells = whole?.length === 1 ? whole[0] : undefined;
    if (cells !== undefined && (this.#width === undefined || cells.length === this.#width)) {
      return { record: { line: first.number, cells }, lines: lines.length };
    }
    return { record: readAlone(first), lines: 1 };
  }
}

/** Lines from there on that each are a record of their own, because no quote stays open in them. */
function takeBlock(lines: readonly Line[], from: number): Line[] {
  let to = from;
  while (to < lines.length && to - from < BLOCK_LINES_MAX && standsAlone(lines[to])) to++;
  return lines.slice(from, to);
}

function standsAlone(line: Line | undefined): boolean {
  return line !== undefined && !line.isCut && !hasOpenQuote(line.text);
}

/** How many lines a record takes that begins with an open quote; undefined when more must come first. */
function openRecordSize(lines: readonly Line[], from: number): number | undefined {
  let chars = 0;
  for (let i = from; i < lines.length; i++) {
    const text = lines[i]?.text ?? '';
    if (lines[i]?.isCut) return i - from;
    chars += text.length;
    const isTooMuch = i - from >= RECORD_LINES_MAX || chars > RECORD_CHARS_MAX;
    if (isTooMuch || (i > from && hasOpenQuote(text))) return i - from + 1;
  }
  return undefined;
}

function hasOpenQuote(text: string): boolean {
  let isOpen = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOpen = !isOpen;
  return isOpen;
}

function readBlock(lines: readonly Line[]): CsvRecord[] {
  const rows = tryParse(lines.map(({ text }) => text).join('\n'), STRICT);
  if (rows?.length !== lines.length) return lines.map(readAlone);
  return rows.map((cells, index) => ({ line: lines[index]?.number ?? 0, cells }));
}

/** People write 5'10" without meaning a quote; where that gives cells, they are taken. */
function readAlone({ number, text }: Line): CsvRecord {
  const cells =
    tryParse(text, STRICT)?.[0] ?? tryParse(text, { ...STRICT, relax_quotes: true })?.[0] ?? undefined;
  return cells === undefined
    ? { line: number, cells: [text], problem: 'a quote is opened and not closed' }
    : { line: number, cells };
}

function tryParse(text: string, options: Options): string[][] | undefined {
  try {
    return parse(text, options) as string[][];
  } catch {
    return undefined;
  }
}
