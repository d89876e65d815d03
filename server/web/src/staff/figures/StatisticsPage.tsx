import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { DayRange } from '../../ui/DayRange.tsx';
import { lastDays } from '../../ui/days.ts';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { Breakdowns } from './Breakdowns.tsx';
import { Report } from './Report.tsx';

/** The register in figures, and the compliance report. */
export function StatisticsPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { whole } = useFormats();
  const [days, setDays] = useState(lastDays);
  const loaded = useLoad(() => hub.exclusions.statistics(days), [hub, days.from, days.to]);
  return (
    <>
      <Heading>{t('figures.title')}</Heading>
      <DayRange days={days} error={loaded.error} onDays={setDays} />
      <Shown of={loaded}>
        {(figures) => (
          <>
            <div className="figures totals">
              {(['active', 'pending', 'ended'] as const).map((state) => (
                <section key={state} className="figure">
                  <h2>{t(`figures.now.${state}`)}</h2>
                  <p className="figure-value" data-figure={state}>
                    {whole(figures.now[state])}
                  </p>
                </section>
              ))}
            </div>
            <Breakdowns figures={figures} />
            {figures.uncounted.length > 0 && (
              <p className="hint">
                {t('figures.uncounted', {
                  count: figures.uncounted.length,
                  from: figures.uncounted[0] ?? '',
                  to: figures.uncounted.at(-1) ?? '',
                })}
              </p>
            )}
          </>
        )}
      </Shown>
      <Report days={days} />
    </>
  );
}
