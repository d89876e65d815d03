import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';
import { type Column, Table } from '../ui/Table.tsx';
import type { Answer } from './Performance.tsx';

type Day = Answer['days'][number];

/** The same figures to read and to hear; days on which nothing happened are left out. */
export function PerformanceTable({ days }: { days: readonly Day[] }) {
  const { t } = useTranslation();
  const columns = useColumns();
  const rows = days.filter(({ changes, posts, calls, refused }) => changes + posts + calls + refused > 0);
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>{t('performance.byDay')}</summary>
      <Table label={t('performance.byDay')} columns={columns} rows={rows.reverse()} id={({ day }) => day} />
    </details>
  );
}

function useColumns(): readonly Column<Day>[] {
  const { t } = useTranslation();
  const { whole, figure } = useFormats();
  const of = (done: number, all: number) => t('performance.of', { done: whole(done), of: whole(all) });
  const ms = (value: number | null) => (value === null ? t('live.none') : `${figure(value)} ${t('live.ms')}`);
  const number = true;
  return [
    { head: t('performance.day'), cell: ({ day }) => day },
    {
      head: t('performance.acknowledged'),
      cell: ({ acknowledged, changes }) => of(acknowledged, changes),
      number,
    },
    {
      head: t('performance.acknowledgeTime'),
      cell: (day) => `${ms(day.acknowledgedP50Ms)} / ${ms(day.acknowledgedP99Ms)}`,
      number,
    },
    { head: t('performance.closed'), cell: ({ closed, closings }) => of(closed, closings), number },
    { head: t('performance.delivered'), cell: ({ delivered, posts }) => of(delivered, posts), number },
    { head: t('performance.calls'), cell: ({ calls }) => whole(calls), number },
    { head: t('performance.refused'), cell: ({ refused }) => whole(refused), number },
    {
      head: t('performance.answerTime'),
      cell: (day) => `${ms(day.lookupP50Ms)} / ${ms(day.lookupP99Ms)}`,
      number,
    },
  ];
}
