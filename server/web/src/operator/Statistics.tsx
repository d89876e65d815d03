import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Bars } from '../ui/Bars.tsx';
import { DayChart } from '../ui/DayChart.tsx';
import { DayRange } from '../ui/DayRange.tsx';
import { eachDay, lastDays } from '../ui/days.ts';
import { useFormats } from '../ui/format.ts';
import { Shown } from '../ui/Loaded.tsx';

type Figures = OutputOf<Contract['operators']['statistics']>;
type Check = Figures['days'][number]['checks'][number];
const PURPOSES = ['registration', 'login', 'deposit', 'bet', 'marketing'] as const;
const ANSWERS = ['CLEAR', 'EXCLUDED', 'UNKNOWN'] as const;

/** What an operator asked: by day, by purpose, by answer. */
export function Statistics({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { recent } = useFormats();
  const [days, setDays] = useState(lastDays);
  const loaded = useLoad(
    () => hub.operators.statistics({ operatorId, ...days }),
    [hub, operatorId, days.from, days.to],
  );
  return (
    <section className="block" aria-labelledby="asked">
      <h2 id="asked">{t('figures.asked')}</h2>
      <DayRange days={days} error={loaded.error} onDays={setDays} />
      <Shown of={loaded}>
        {(figures) => (
          <>
            <Asked figures={figures} />
            <p className="hint">
              {figures.countedAt === null
                ? t('figures.neverCounted')
                : t('figures.counted', { at: recent(figures.countedAt) })}
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}

function Asked({ figures }: { figures: Figures }) {
  const { t } = useTranslation();
  const { whole, figure } = useFormats();
  const days = useMemo(() => eachDay(figures), [figures]);
  const series = useMemo(() => {
    const known = new Map(figures.days.map((day) => [day.day, day.checks]));
    const sums = (wanted: (check: Check) => boolean) =>
      days.map((day) => countOf((known.get(day) ?? []).filter(wanted)));
    return [
      { name: t('figures.checks'), values: sums(() => true) },
      { name: t('figures.hits'), values: sums(({ answer }) => answer === 'EXCLUDED') },
    ];
  }, [figures, days, t]);
  const checks = figures.days.flatMap((day) => day.checks);
  const bar = (id: string, label: string, value: number) => ({ id, label, value, text: whole(value) });
  const refused = figures.days.reduce((sum, day) => sum + day.refused, 0);
  return (
    <>
      <DayChart title={t('figures.byDay')} days={days} series={series} />
      <div className="columns">
        <div>
          <h3>{t('figures.byPurpose')}</h3>
          <Bars
            label={t('figures.byPurpose')}
            bars={PURPOSES.map((purpose) =>
              bar(
                purpose,
                t(`policy.names.${purpose}`),
                countOf(checks.filter((check) => check.purpose === purpose)),
              ),
            )}
          />
        </div>
        <div>
          <h3>{t('figures.byAnswer')}</h3>
          <Bars
            label={t('figures.byAnswer')}
            bars={ANSWERS.map((answer) =>
              bar(answer, t(`answers.${answer}`), countOf(checks.filter((check) => check.answer === answer))),
            )}
          />
        </div>
      </div>
      {figures.lookupP50Ms !== null && figures.lookupP99Ms !== null && (
        <p className="hint">
          {t('figures.answered', { p50: figure(figures.lookupP50Ms), p99: figure(figures.lookupP99Ms) })}
        </p>
      )}
      {refused > 0 && <p className="notice">{t('figures.refused', { count: refused })}</p>}
    </>
  );
}

function countOf(checks: readonly Check[]): number {
  return checks.reduce((sum, { count }) => sum + count, 0);
}
