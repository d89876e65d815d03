import type { ReactNode } from 'react';

export interface Column<TRow> {
  readonly head: string;
  readonly cell: (row: TRow) => ReactNode;
  readonly number?: boolean;
  /** The head is read out, not shown. */
  readonly quiet?: boolean;
}

interface TableProps<TRow> {
  /** What it is a table of, for whoever cannot see where it stands. */
  readonly label: string;
  /** The first column names the row. */
  readonly columns: readonly Column<TRow>[];
  readonly rows: readonly TRow[];
  readonly id: (row: TRow) => string;
  readonly className?: (row: TRow) => string | undefined;
}

/** A table that becomes a list of cards where it does not fit. */
export function Table<TRow>({ label, columns, rows, id, className }: TableProps<TRow>) {
  const [first, ...others] = columns;
  if (first === undefined) return null;
  return (
    <table className="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ head, number, quiet }) => (
            <th key={head} scope="col" className={number ? 'number' : undefined}>
              {quiet ? <span className="unseen">{head}</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={id(row)} data-row={id(row)} className={className?.(row)}>
            <th scope="row">{first.cell(row)}</th>
            {others.map(({ head, cell, number, quiet }) => (
              <td key={head} className={number ? 'number' : undefined} data-head={quiet ? undefined : head}>
                <span>{cell(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
