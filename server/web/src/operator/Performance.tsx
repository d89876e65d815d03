import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Bars } from '../ui/Bars.tsx';
import { DayChart } from '../ui/DayChart.tsx';
import { DayRange } from '../ui/DayRange.tsx';
import { lastDays } from '../ui/days.ts';
import { useFormats } from '../ui/format.ts';
import { Shown } from '../ui/Loaded.tsx';
import { PerformanceTable } from './PerformanceTable.tsx';

export type Answer = OutputOf<Contract['operators']['performance']>;
export type Figures = Answer['total'];

const GOOD_SHARE = 0.95;

/** How an operator and the hub work together. */
export function Performance({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [days, setDays] = useState(lastDays);
  const loaded = useLoad(
    () => hub.operators.performance({ operatorId, ...days }),
    [hub, operatorId, days.from, days.to],
  );
  return (
    <section className="block" aria-labelledby="performance">
      <h2 id="performance">{t('performance.title')}</h2>
      <DayRange days={days} error={loaded.error} onDays={setDays} />
      <Shown of={loaded}>
        {(answer) => (
          <>
            <Shares total={answer.total} />
            <Charts answer={answer} />
            <PerformanceTable days={answer.days} />
          </>
        )}
      </Shown>
    </section>
  );
}

/** How much of what was to be done was done. */
function Shares({ total }: { total: Figures }) {
  const { t } = useTranslation();
  const { whole, percent } = useFormats();
  const share = (id: 'acknowledged' | 'closed' | 'delivered' | 'answered', done: number, of: number) => ({
    id,
    label: t(`performance.${id}`),
    value: of === 0 ? 0 : done / of,
    text: of === 0 ? t('live.none') : percent(done / of),
    hint: t('performance.of', { done: whole(done), of: whole(of) }),
    bad: of > 0 && done / of < GOOD_SHARE,
  });
  return (
    <Bars
      label={t('performance.title')}
      max={1}
      bars={[
        share('acknowledged', total.acknowledged, total.changes),
        share('closed', total.closed, total.closings),
        share('delivered', total.delivered, total.posts),
        share('answered', total.calls, total.calls + total.refused),
      ]}
    />
  );
}

function Charts({ answer: { days, total } }: { answer: Answer }) {
  const { t } = useTranslation();
  const { figure } = useFormats();
  const names = useMemo(() => days.map(({ day }) => day), [days]);
  const charts = useMemo(() => {
    const of = (key: keyof Figures) => days.map((day) => day[key]);
    const ms = (value: number | null) =>
      value === null ? t('live.none') : `${figure(value)} ${t('live.ms')}`;
    const times = (p50: keyof Figures, p99: keyof Figures) => [
      { name: t('live.p99'), values: of(p99), text: ms(total[p99]) },
      { name: t('live.p50'), values: of(p50), text: ms(total[p50]) },
    ];
    const failed = days.map(({ posts, delivered }) => posts - delivered);
    return {
      acknowledgeTime: times('acknowledgedP50Ms', 'acknowledgedP99Ms'),
      answerTime: times('lookupP50Ms', 'lookupP99Ms'),
      posts: [
        { name: t('performance.made'), values: of('posts') },
        { name: t('performance.failed'), values: failed },
      ],
      calls: [
        { name: t('performance.made'), values: of('calls') },
        { name: t('performance.refused'), values: of('refused') },
      ],
    };
  }, [days, total, figure, t]);
  return (
    <div className="columns">
      {(['acknowledgeTime', 'posts', 'calls', 'answerTime'] as const).map((name) => (
        <DayChart key={name} title={t(`performance.${name}`)} days={names} series={charts[name]} />
      ))}
    </div>
  );
}
