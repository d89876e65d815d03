import type { HubError } from '@kinga/client-sdk';
import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { type Filters, partsOf } from './filters.ts';

interface FoundProps {
  readonly filters: Filters;
  /** What the hub says against a filter is shown at its field. */
  readonly onError: (error: HubError | undefined) => void;
}

/** The exclusions asked for, the newest first. */
export function Found({ filters, onError }: FoundProps) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const { hub } = useSession();
  const list = useList((page) => hub.exclusions.list({ ...filters, ...page }), [hub, filters]);
  const { items, error, more } = list;
  useEffect(() => onError(error), [error, onError]);
  const columns = useColumns();
  const isRefused = error?.code === 'INVALID_INPUT' && error.details.length > 0;
  const isFiltered = partsOf(filters).length > 0;
  return (
    <>
      <p role="status" className="hint">
        {items !== undefined &&
          items.length > 0 &&
          t(more ? 'exclusions.shownOfMore' : 'exclusions.shown', { shown: whole(items.length) })}
      </p>
      {!isRefused && (
        <Listed of={list} empty={t(isFiltered ? 'exclusions.noneSuch' : 'exclusions.none')}>
          {(rows) => <Table label={t('app.exclusions')} columns={columns} rows={rows} id={({ id }) => id} />}
        </Listed>
      )}
    </>
  );
}

function useColumns(): readonly Column<Exclusion>[] {
  const { t } = useTranslation();
  const { moment, recent } = useFormats();
  return [
    {
      head: t('people.reference'),
      cell: ({ id, reference }) => (
        <a className="mono" href={hrefOf('exclusions', id)}>
          {reference}
        </a>
      ),
    },
    {
      head: t('exclusions.status'),
      cell: ({ status, needsReview }) => (
        <>
          <Badge tone={status === 'active' ? 'good' : 'plain'}>{t(`people.statuses.${status}`)}</Badge>{' '}
          {needsReview && <Badge tone="warn">{t('people.reviews')}</Badge>}
        </>
      ),
    },
    { head: t('register.source'), cell: ({ source }) => t(`register.sources.${source}`) },
    { head: t('register.period'), cell: ({ period }) => t(`register.periods.${period}`) },
    { head: t('exclusions.registered'), cell: ({ registeredAt }) => recent(registeredAt) },
    { head: t('register.startsLabel'), cell: ({ startsAt }) => moment(startsAt) },
    {
      head: t('register.endsLabel'),
      cell: ({ endsAt }) => (endsAt === null ? t('register.never') : moment(endsAt)),
    },
  ];
}
