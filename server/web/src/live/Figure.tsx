import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { History, Measure } from './history.ts';
import { LiveChart } from './LiveChart.tsx';

interface FigureProps {
  readonly id: string;
  readonly title: string;
  readonly unit: ReactNode;
  readonly value: string;
  readonly history: History;
  readonly measures: readonly Measure[];
  readonly format: (value: number) => string;
  readonly version: number;
}

/** One figure: what it is, how much now, and how it went. */
export function Figure({ id, title, unit, value, history, measures, format, version }: FigureProps) {
  const { t } = useTranslation();
  const series = measures.map((measure) => history.columns[measure]);
  const values = (series[0] ?? []).filter((sample) => sample !== null);
  const label =
    values.length === 0
      ? t('live.chartEmpty', { label: title })
      : t('live.chart', { label: title, now: value, max: format(Math.max(...values)) });
  return (
    <section className="figure" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p className="figure-value" data-figure={id}>
        {value}
      </p>
      <p className="figure-unit">{unit}</p>
      <LiveChart label={label} times={history.times} series={series} format={format} version={version} />
    </section>
  );
}
