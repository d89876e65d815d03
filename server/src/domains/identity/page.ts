import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';

/** Rows to ask for: one more than a page has, to know whether there is another. */
export const PAGE_ROWS = PAGE_SIZE + 1;

/** A page of rows that are ordered by id; the cursor is the last one's. */
export function pageOf<TRow extends { readonly id: string }, TItem>(
  rows: readonly TRow[],
  toItem: (row: TRow) => TItem,
): { items: TItem[]; nextCursor?: string } {
  const shown = rows.slice(0, PAGE_SIZE);
  const items = shown.map(toItem);
  const last = shown.at(-1);
  return rows.length > PAGE_SIZE && last ? { items, nextCursor: last.id } : { items };
}
