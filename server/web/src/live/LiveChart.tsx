import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { formatsFor } from '../ui/format.ts';
import { WINDOW_SECONDS } from './history.ts';

interface LiveChartProps {
  /** What a screen reader is told instead of the picture. */
  readonly label: string;
  readonly times: readonly number[];
  /** The first is drawn as an area, others as lines. */
  readonly series: readonly (readonly (number | null)[])[];
  readonly format: (value: number) => string;
  /** Raised with every frame: the columns are the same arrays, grown. */
  readonly version: number;
}

/** One live series over the last five minutes. Redrawn, never animated. */
export function LiveChart({ label, times, series, format, version }: LiveChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef({ times, series, format });
  latest.current = { times, series, format };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const make = () => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsFor(element, latest.current), dataOf(latest.current), element);
    };
    make();
    const resized = new ResizeObserver(() => chart.current?.setSize(sizeOf(element)));
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', make);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', make);
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => {
    if (version > 0) chart.current?.setData(dataOf(latest.current));
  }, [version]);

  return <div className="chart" ref={place} role="img" aria-label={label} />;
}

type Drawn = Pick<LiveChartProps, 'times' | 'series' | 'format'>;

function dataOf({ times, series }: Drawn): uPlot.AlignedData {
  return [[...times], ...series.map((column) => [...column])];
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, element.clientWidth), height: Math.max(60, element.clientHeight) };
}

function optionsFor(element: HTMLElement, { series, format }: Drawn): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: colour('--ink-soft'), font, ticks: { show: false } };
  const grid = { stroke: colour('--line'), width: 1 };
  const lines = [
    { stroke: colour('--accent'), fill: colour('--accent-wash'), width: 1.5 },
    { stroke: colour('--ink-soft'), width: 1.5, dash: [4, 3] },
  ];
  const clock = formatsFor('en');
  return {
    ...sizeOf(element),
    padding: [8, 15, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_chart, _min, max) => [max - WINDOW_SECONDS, max] },
      y: { range: (_chart, _min, max) => [0, topOf(max)] },
    },
    axes: [
      {
        ...axis,
        size: 22,
        space: 34,
        incrs: [60, 120, 300],
        gap: 4,
        grid: { show: false },
        values: (_chart, splits) => splits.map((at) => clock.time(at * 1_000).slice(0, 5)),
      },
      {
        ...axis,
        size: 46,
        space: 34,
        gap: 4,
        grid,
        values: (_chart, splits) => splits.map((value) => format(value)),
      },
    ],
    series: [
      {},
      ...series.map((_column, index) => ({ ...lines[index % 2], points: { show: false }, spanGaps: false })),
    ],
  };
}

/** Room above the highest value; never a flat zero scale. */
function topOf(max: number | null): number {
  return max === null || max <= 0 ? 1 : max * 1.15;
}
