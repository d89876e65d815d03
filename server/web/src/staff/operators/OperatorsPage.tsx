import type { ListedOperator } from '@kinga/shared/operators/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf, useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { EnterOperator } from './EnterOperator.tsx';
import { OperatorPage } from './OperatorPage.tsx';

export function OperatorsPage() {
  const [, id, tab] = useRoute();
  return id === undefined ? <Operators /> : <OperatorPage key={id} operatorId={id} tab={tab} />;
}

function Operators() {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const operators = useList((page) => hub.operators.list(page), [hub]);
  const columns = useColumns();
  return (
    <>
      <Heading lead={t('operators.lead')}>{t('operators.title')}</Heading>
      {account.role === 'admin' && <EnterOperator />}
      <Listed of={operators} empty={t('operators.none')}>
        {(items) => <Table label={t('operators.title')} columns={columns} rows={items} id={({ id }) => id} />}
      </Listed>
    </>
  );
}

function useColumns(): readonly Column<ListedOperator>[] {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return [
    { head: t('operators.name'), cell: ({ id, name }) => <a href={hrefOf('operators', id)}>{name}</a> },
    { head: t('licence.number'), cell: ({ licenceNo }) => licenceNo },
    {
      head: t('licence.state'),
      cell: ({ state }) => (
        <Badge tone={state === 'active' ? 'good' : 'bad'}>{t(`licence.states.${state}`)}</Badge>
      ),
    },
    {
      head: t('licence.until'),
      cell: ({ licenceExpiresAt }) => {
        if (licenceExpiresAt === null) return t('licence.unknown');
        const ended = Date.parse(licenceExpiresAt) < Date.now();
        return <span className={ended ? 'late' : undefined}>{moment(licenceExpiresAt)}</span>;
      },
    },
    { head: t('score.list'), cell: ({ compliance }) => <Compliance of={compliance} /> },
    { head: t('licence.email'), cell: ({ contactEmail }) => contactEmail },
  ];
}

const LOW = 60;

/** The newest score, of which day, and what became of it within a week. */
function Compliance({ of }: { of: ListedOperator['compliance'] }) {
  const { t } = useTranslation();
  const { figure } = useFormats();
  if (of === null || of.score === null) return t('live.none');
  const change = of.weekBefore === null ? 0 : of.score - of.weekBefore;
  return (
    <span className={of.score < LOW ? 'late' : undefined} data-score={of.score}>
      {t('score.listed', { score: figure(of.score), day: of.day })}
      {change !== 0 && (
        <small className="hint">
          {' '}
          {t('score.sinceWeek', { change: `${change > 0 ? '+' : '−'}${figure(Math.abs(change))}` })}
        </small>
      )}
    </span>
  );
}
