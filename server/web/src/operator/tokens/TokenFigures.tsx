import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { DayChart } from '../../ui/DayChart.tsx';
import { DayRange } from '../../ui/DayRange.tsx';
import { type Days, eachDay, lastDays } from '../../ui/days.ts';
import { useFormats } from '../../ui/format.ts';
import { Shown } from '../../ui/Loaded.tsx';

type Figures = OutputOf<Contract['tokens']['statistics']>['items'][number];
const TOTALS = ['active', 'customers', 'revoked', 'compromised'] as const;

interface TokenFiguresProps {
  readonly operatorId: string;
  /** Another one after something changed. */
  readonly round?: number;
}

/** An operator's tokens and their use. */
export function TokenFigures({ operatorId, round }: TokenFiguresProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [days, setDays] = useState(lastDays);
  const loaded = useLoad(
    async () => ({ days, figures: (await hub.tokens.statistics({ operatorId, ...days })).items[0] }),
    [hub, operatorId, round, days.from, days.to],
  );
  return (
    <section className="block" aria-labelledby="token-figures">
      <h2 id="token-figures">{t('tokens.figures')}</h2>
      <DayRange days={days} error={loaded.error} onDays={setDays} />
      <Shown of={loaded}>
        {({ figures, days: shown }) => figures && <Totals figures={figures} shown={shown} />}
      </Shown>
    </section>
  );
}

function Totals({ figures, shown }: { figures: Figures; shown: Days }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const days = useMemo(() => eachDay(shown), [shown]);
  const [asked, issued] = useMemo(() => {
    const known = new Map(figures.days.map((day) => [day.day, day]));
    const of = (key: 'validated' | 'hits' | 'issued') => days.map((day) => known.get(day)?.[key] ?? 0);
    return [
      [
        { name: t('tokens.validated'), values: of('validated') },
        { name: t('figures.hits'), values: of('hits') },
      ],
      [{ name: t('tokens.issued'), values: of('issued') }],
    ];
  }, [figures, days, t]);
  return (
    <>
      <div className="figures totals">
        {TOTALS.map((name) => (
          <section key={name} className="figure">
            <h2>{t(`tokens.totals.${name}`)}</h2>
            <p className="figure-value" data-figure={name}>
              {whole(figures[name])}
            </p>
          </section>
        ))}
      </div>
      <div className="columns">
        <DayChart title={t('tokens.asked')} days={days} series={asked} />
        <DayChart title={t('tokens.issuedByDay')} days={days} series={issued} />
      </div>
    </>
  );
}
