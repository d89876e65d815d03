import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type BarOf, Bars } from '../../ui/Bars.tsx';
import { DayChart } from '../../ui/DayChart.tsx';
import { useFormats } from '../../ui/format.ts';

type Figures = OutputOf<Contract['exclusions']['statistics']>;

/** Registrations and checks: by day, and by what people ask about. */
export function Breakdowns({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const { registrations, checks } = figures;
  const bar = (id: string, label: string, value: number): BarOf => ({ id, label, value, text: whole(value) });
  const asked = ({ id, label, counts }: { id: string; label: string; counts: typeof checks | Counts }) => ({
    ...bar(id, label, counts.checks),
    hint: t('figures.hitsOf', { hits: whole(counts.hits), unknowns: whole(counts.unknowns) }),
  });
  return (
    <>
      <Days figures={figures} />
      <div className="charts">
        <Chart
          title={t('figures.byPeriod')}
          bars={registrations.byPeriod.map(({ period, registrations: count }) =>
            bar(period, t(`register.periods.${period}`), count),
          )}
        />
        <Chart
          title={t('figures.bySource')}
          bars={registrations.bySource.map(({ source, registrations: count }) =>
            bar(source, t(`register.sources.${source}`), count),
          )}
        />
        <Chart
          title={t('figures.byAge')}
          bars={registrations.byAgeBand.map(({ ageBand, registrations: count }) =>
            bar(ageBand, t(`figures.ages.${ageBand}`), count),
          )}
        />
        <Chart
          title={t('figures.byPurpose')}
          bars={checks.byPurpose.map(({ purpose, ...counts }) =>
            asked({ id: purpose, label: t(`policy.names.${purpose}`), counts }),
          )}
        />
        <Chart
          title={t('figures.byOperator')}
          bars={checks.byOperator.map(({ operatorId, name, ...counts }) =>
            asked({ id: operatorId, label: name, counts }),
          )}
        />
      </div>
    </>
  );
}

interface Counts {
  readonly checks: number;
  readonly hits: number;
  readonly unknowns: number;
}

function Chart({ title, bars }: { title: string; bars: readonly BarOf[] }) {
  const { t } = useTranslation();
  return (
    <section>
      <h2>{title}</h2>
      {bars.length === 0 ? <p className="empty">{t('chart.none')}</p> : <Bars label={title} bars={bars} />}
    </section>
  );
}

function Days({ figures: { days } }: { figures: Figures }) {
  const { t } = useTranslation();
  const names = useMemo(() => days.map(({ day }) => day), [days]);
  const registrations = useMemo(
    () => [{ name: t('figures.registrations'), values: days.map((day) => day.registrations) }],
    [days, t],
  );
  const checks = useMemo(
    () => [
      { name: t('figures.checks'), values: days.map((day) => day.checks) },
      { name: t('figures.hits'), values: days.map((day) => day.hits) },
    ],
    [days, t],
  );
  return (
    <div className="charts charts-wide">
      <DayChart title={t('figures.registrations')} days={names} series={registrations} />
      <DayChart title={t('figures.checks')} days={names} series={checks} />
    </div>
  );
}
