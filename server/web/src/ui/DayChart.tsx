import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { useFormats } from './format.ts';

interface DayChartProps {
  readonly title: string;
  /** Nairobi days, in order. */
  readonly days: readonly string[];
  /** The first as columns, a second as columns in front of them. */
  readonly series: readonly DaySeries[];
}

export interface DaySeries {
  readonly name: string;
  /** null: not known of that day. */
  readonly values: readonly (number | null)[];
  /** What all of them come to, where that is not their sum. */
  readonly text?: string;
}

/** Something counted by day. */
export function DayChart({ title, days, series }: DayChartProps) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = place.current;
    if (element === null || days.length === 0) return;
    let chart: uPlot | undefined;
    const make = () => {
      chart?.destroy();
      chart = new uPlot(optionsFor(element, days, series.length, whole), dataOf(days, series), element);
    };
    make();
    const resized = new ResizeObserver(() => chart?.setSize(sizeOf(element)));
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', make);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', make);
      chart?.destroy();
    };
  }, [days, series, whole]);

  const sums = series.map(({ name, values, text }) => `${name} ${text ?? whole(sumOf(values))}`);
  const label = t('chart.days', { title, from: days[0] ?? '', to: days.at(-1) ?? '', sums: sums.join(', ') });
  return (
    <figure className="days">
      <figcaption>
        <h2>{title}</h2>
        <ul className="legend">
          {series.map(({ name }, index) => (
            <li key={name} className={index === 0 ? 'legend-first' : 'legend-second'}>
              {sums[index]}
            </li>
          ))}
        </ul>
      </figcaption>
      {days.length === 0 ? (
        <p className="empty">{t('chart.none')}</p>
      ) : (
        <div className="chart chart-days" ref={place} role="img" aria-label={label} />
      )}
    </figure>
  );
}

function sumOf(values: DaySeries['values']): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

const noonOf = (day: string) => Date.parse(`${day}T12:00:00Z`) / 1_000;

function dataOf(days: readonly string[], series: DayChartProps['series']): uPlot.AlignedData {
  return [days.map(noonOf), ...series.map(({ values }) => [...values])];
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, element.clientWidth), height: Math.max(60, element.clientHeight) };
}

const HALF_DAY = 43_200;

function optionsFor(
  element: HTMLElement,
  days: readonly string[],
  count: number,
  write: (value: number) => string,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--ink-soft'),
    font: `11px ${style.fontFamily}`,
    ticks: { show: false },
    gap: 4,
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
  const fills = [colour('--accent'), colour('--danger')];
  return {
    ...sizeOf(element),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: [noonOf(days[0] ?? '') - HALF_DAY, noonOf(days.at(-1) ?? '') + HALF_DAY] },
      y: { range: (_chart, _min, max) => [0, max === null || max <= 0 ? 1 : max * 1.15] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        space: 44,
        incrs: [1, 2, 7, 14, 28, 56].map((step) => step * 2 * HALF_DAY),
        grid: { show: false },
        values: (_chart, splits) => splits.map((at) => new Date(at * 1_000).toISOString().slice(5, 10)),
      },
      {
        ...axis,
        size: 52,
        space: 34,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 5e4, 1e5, 5e5, 1e6, 1e7, 1e8],
        grid: { stroke: colour('--line'), width: 1 },
        values: (_chart, splits) => splits.map(write),
      },
    ],
    series: [
      {},
      ...Array.from({ length: count }, (_none, index) => ({
        stroke: fills[index] ?? '',
        fill: fills[index] ?? '',
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      })),
    ],
  };
}
