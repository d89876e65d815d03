import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { csvOf, download } from '../../ui/csv.ts';
import type { Days } from '../../ui/days.ts';
import { useFormats } from '../../ui/format.ts';
import { Shown } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';

type Row = OutputOf<Contract['exclusions']['report']>['rows'][number];

/** In the order of the file, by the names of the contract: machines read it. */
const COLUMNS = [
  'operatorId',
  'name',
  'licenceNo',
  'registration',
  'login',
  'deposit',
  'bet',
  'marketing',
  'checks',
  'hits',
  'unknowns',
  'registrations',
  'registrationsChecked',
  'registrationsCheckedShare',
] as const satisfies readonly (keyof Row)[];

/** A row for each operator, also for one that asked nothing. */
export function Report({ days }: { days: Days }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.exclusions.report(days), [hub, days.from, days.to]);
  const columns = useColumns();
  const save = (rows: readonly Row[], { from, to }: Days) => {
    const lines = rows.map((row) => COLUMNS.map((column) => row[column] ?? ''));
    download(`kinga-report-${from}-${to}.csv`, csvOf([COLUMNS, ...lines]));
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

function useColumns(): readonly Column<Row>[] {
  const { t } = useTranslation();
  const { whole, percent } = useFormats();
  const count = (head: string, value: (row: Row) => number): Column<Row> => ({
    head,
    number: true,
    cell: (row) => whole(value(row)),
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
  ];
}
