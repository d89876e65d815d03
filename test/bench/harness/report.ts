/** One measured figure beside what it is compared with, from the same run. */
export interface Figure {
  readonly bench: string;
  readonly figure: string;
  readonly unit: string;
  readonly value: number;
  readonly baseline: { readonly what: string; readonly value: number };
  /** What the ratio of value to baseline must be. */
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** What the value itself must be. */
  readonly limit?: { readonly atMost: number };
}

export interface Reported extends Figure {
  readonly ratio: number;
  /** Null: nothing was promised. */
  readonly met: boolean | null;
}

export function judged(figure: Figure): Reported {
  const ratio = figure.value / figure.baseline.value;
  return { ...figure, ratio, met: isMet(figure, ratio) };
}

function isMet({ value, target, limit }: Figure, ratio: number): boolean | null {
  if (target === undefined && limit === undefined) return null;
  if (limit !== undefined && !(value <= limit.atMost)) return false;
  if (target === undefined) return true;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

export function line(figure: Reported): string {
  return JSON.stringify(figure, (_key, value) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value,
  );
}

export function table(figures: readonly Reported[]): string {
  const head = ['bench', 'figure', 'value', 'unit', 'baseline', 'of', 'ratio', 'asked', 'met'];
  const rows = figures.map((figure) => [
    figure.bench,
    figure.figure,
    readable(figure.value),
    figure.unit,
    readable(figure.baseline.value),
    figure.baseline.what,
    figure.ratio.toFixed(2),
    asked(figure),
    figure.met === null ? '' : figure.met ? 'yes' : 'NO',
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, widths.map((width) => '-'.repeat(width)), ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function asked({ target, limit }: Figure): string {
  const parts: string[] = [];
  if (target !== undefined) {
    parts.push('atLeast' in target ? `ratio >= ${target.atLeast}` : `ratio <= ${target.atMost}`);
  }
  if (limit !== undefined) parts.push(`<= ${limit.atMost}`);
  return parts.join(', ');
}

function readable(value: number): string {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
