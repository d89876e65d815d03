import { emptyRows, ROW_BYTES } from './row.ts';
import type { OpenSegment } from './segment.ts';

export const CHUNK_ROWS = 16_384;

/** Rows in memory that become one batch. The constant bytes between the values are written once, for ever. */
export class Chunk {
  readonly bytes: Buffer = emptyRows(CHUNK_ROWS);
  readonly view: DataView = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  count = 0;
  batch = 0;
  /** Where its EXCLUDED rows are as well; made with the first of them. */
  segment: OpenSegment | undefined;

  get isFull(): boolean {
    return this.count === CHUNK_ROWS;
  }

  get rows(): Buffer {
    return this.bytes.subarray(0, this.count * ROW_BYTES);
  }
}
