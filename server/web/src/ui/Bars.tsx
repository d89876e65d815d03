import type { ReactNode } from 'react';

export interface BarOf {
  readonly id: string;
  readonly label: ReactNode;
  readonly value: number;
  /** How the value is written. */
  readonly text: string;
  readonly hint?: ReactNode;
  /** Shown in the colour of trouble. */
  readonly bad?: boolean;
}

/** How much each of them is: a bar, and the figure beside it, which is what a screen reader reads. */
export function Bars({ label, bars, max }: { label: string; bars: readonly BarOf[]; max?: number }) {
  const full = max ?? Math.max(1, ...bars.map(({ value }) => value));
  return (
    <dl className="bars" aria-label={label}>
      {bars.map(({ id, label: name, value, text, hint, bad }) => (
        <div key={id} data-bar={id}>
          <dt>{name}</dt>
          <dd>
            <span className={bad ? 'bar bar-bad' : 'bar'} aria-hidden="true">
              <span style={{ width: `${(100 * value) / full}%` }} />
            </span>
            <span className="bars-value">{text}</span>
            {hint && <span className="hint">{hint}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
