import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { DayChart } from '../ui/DayChart.tsx';
import { type Days, eachDay } from '../ui/days.ts';
import { useFormats } from '../ui/format.ts';
import { Shown } from '../ui/Loaded.tsx';

/** The score of each day as it was judged in the night after. */
export function ScoreHistory({ operatorId, days: { from, to } }: { operatorId: string; days: Days }) {
  const { hub } = useSession();
  const loaded = useLoad(
    () => hub.operators.complianceHistory({ operatorId, from, to }),
    [hub, operatorId, from, to],
  );
  return <Shown of={loaded}>{(history) => <History history={history} />}</Shown>;
}

interface HistoryProps {
  readonly history: Days & {
    readonly days: readonly { readonly day: string; readonly score: number | null }[];
  };
}

function History({ history }: HistoryProps) {
  const { t } = useTranslation();
  const { figure } = useFormats();
  const days = useMemo(() => eachDay(history), [history]);
  const series = useMemo(() => {
    const known = new Map(history.days.map(({ day, score }) => [day, score]));
    const newest = history.days.at(-1)?.score;
    const text = typeof newest === 'number' ? figure(newest) : t('live.none');
    return [{ name: t('score.newest'), values: days.map((day) => known.get(day) ?? null), text }];
  }, [history, days, figure, t]);
  if (history.days.length === 0) return <p className="hint">{t('score.noHistory')}</p>;
  return <DayChart title={t('score.history')} days={days} series={series} />;
}
