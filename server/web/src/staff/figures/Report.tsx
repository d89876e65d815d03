import { type ReportRow, reportCsv } from '@kinga/shared/exclusions/report.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { download } from '../../ui/csv.ts';
import type { Days } from '../../ui/days.ts';
import { useFormats } from '../../ui/format.ts';
import { Shown } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';

/** A row for each operator, also for one that asked nothing. */
export function Report({ days }: { days: Days }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.exclusions.report(days), [hub, days.from, days.to]);
  const columns = useColumns();
  const save = (rows: readonly ReportRow[], { from, to }: Days) => {
    download(`kinga-report-${from}-${to}.csv`, reportCsv(rows));
  };
  return (
    <section className="block" aria-labelledby="report">
      <h2 id="report">{t('figures.report')}</h2>
      <Shown of={loaded}>
        {({ rows, from, to }) => (
          <>
            <p className="hint">{t('figures.reportLead')}</p>
            <Table
              label={t('figures.report')}
              columns={columns}
              rows={rows}
              id={({ operatorId }) => operatorId}
            />
            <p className="buttons">
              <button type="button" onClick={() => save(rows, { from, to })}>
                {t('figures.download')}
              </button>
            </p>
          </>
        )}
      </Shown>
    </section>
  );
}

function useColumns(): readonly Column<ReportRow>[] {
  const { t } = useTranslation();
  const { whole, percent } = useFormats();
  const count = (head: string, value: (row: ReportRow) => number): Column<ReportRow> => ({
    head,
    number: true,
    cell: (row) => whole(value(row)),
  });
  const share = (
    head: string,
    parts: (row: ReportRow) => [inTime: number, of: number],
  ): Column<ReportRow> => ({
    head,
    number: true,
    cell: (row) => {
      const [inTime, of] = parts(row);
      return of === 0 ? t('live.none') : percent(inTime / of);
    },
  });
  return [
    {
      head: t('operators.name'),
      cell: ({ operatorId, name }) => <a href={hrefOf('operators', operatorId)}>{name}</a>,
    },
    count(t('figures.checks'), ({ checks }) => checks),
    count(t('figures.hits'), ({ hits }) => hits),
    count(t('figures.unknowns'), ({ unknowns }) => unknowns),
    count(t('figures.registrations'), ({ registrations }) => registrations),
    {
      head: t('figures.within'),
      number: true,
      cell: ({ registrationsCheckedShare }) =>
        registrationsCheckedShare === null ? t('live.none') : percent(registrationsCheckedShare),
    },
    share(t('figures.acknowledged'), ({ changesInTime, changes }) => [changesInTime, changes]),
    share(t('figures.closed'), ({ closingsInTime, closings }) => [closingsInTime, closings]),
  ];
}
