import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Bars } from '../ui/Bars.tsx';
import { DayRange } from '../ui/DayRange.tsx';
import { lastDays } from '../ui/days.ts';
import { useFormats } from '../ui/format.ts';
import { Shown } from '../ui/Loaded.tsx';
import { ScoreHistory } from './ScoreHistory.tsx';
import { partKey } from './words.ts';

const GOOD_SHARE = 0.8;

/** How well an operator keeps its duties, and what the figure is made of. */
export function Score({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { whole, percent } = useFormats();
  const [days, setDays] = useState(lastDays);
  const loaded = useLoad(
    () => hub.operators.compliance({ operatorId, ...days }),
    [hub, operatorId, days.from, days.to],
  );
  return (
    <section className="block" aria-labelledby="score">
      <h2 id="score">{t('score.title')}</h2>
      <DayRange days={days} error={loaded.error} onDays={setDays} />
      <Shown of={loaded}>
        {({ score, parts }) => (
          <>
            <p className="figure-value" data-score={score ?? ''}>
              {score === null ? t('live.none') : whole(score)}
              <small className="figure-unit"> {t('score.of')}</small>
            </p>
            <Bars
              label={t('score.parts')}
              max={1}
              bars={parts.map(({ name, value, weight, reason }) => ({
                id: name,
                label: t(partKey(name)),
                value: value ?? 0,
                text: value === null ? t('score.notJudged') : percent(value),
                hint: (
                  <>
                    {t('score.weight', { weight: whole(weight) })} <span lang="en">{reason}</span>
                  </>
                ),
                bad: value !== null && value < GOOD_SHARE,
              }))}
            />
          </>
        )}
      </Shown>
      <ScoreHistory operatorId={operatorId} days={days} />
    </section>
  );
}
