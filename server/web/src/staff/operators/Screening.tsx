import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { Block } from '@kinga/shared/screening/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Shown } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';

type Asking = OutputOf<Contract['screening']['activity']>['keys'][number];
type Count = keyof Asking['lastHour'];
const COUNTS = ['questions', 'followed', 'overLimit', 'refused'] as const satisfies readonly Count[];

/** How the keys of an operator ask, and which were blocked for it. */
export function Screening({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { time } = useFormats();
  const activity = useLoad(() => hub.screening.activity({ operatorId }), [hub, operatorId]);
  const nameOf = useKeyNames(operatorId);
  const action = useAction<{ wasBlocked: boolean }>();
  const unblock = async (keyId: string) => {
    if ((await action.run(() => hub.screening.unblock({ keyId }))) !== undefined) activity.reload();
  };
  const columns = useColumns(nameOf, unblock);
  return (
    <section className="block" aria-labelledby="screening">
      <h2 id="screening">{t('screening.title')}</h2>
      <p className="hint">{t('screening.lead')}</p>
      <Failure error={action.error} />
      <p role="status" className="hint">
        {action.result && t(action.result.wasBlocked ? 'screening.unblocked' : 'screening.wasFree')}
      </p>
      <Shown of={activity}>
        {({ keys, blocks, asOf }) => (
          <>
            {keys.length === 0 ? (
              <p className="empty">{t('screening.none')}</p>
            ) : (
              <Table label={t('screening.title')} columns={columns} rows={keys} id={({ keyId }) => keyId} />
            )}
            <p className="hint">
              {t('screening.unit')}. {t('screening.asOf', { at: time(asOf) })}{' '}
              <button type="button" className="quiet" onClick={activity.reload}>
                {t('apply.refresh')}
              </button>
            </p>
            <Blocks blocks={blocks} nameOf={nameOf} />
          </>
        )}
      </Shown>
    </section>
  );
}

type NameOf = (keyId: string) => string;

/** Whoever may not list the keys, or has more than a page of them, sees ids. */
function useKeyNames(operatorId: string): NameOf {
  const { hub } = useSession();
  const { data } = useLoad(() => hub.operators.listKeys({ operatorId }), [hub, operatorId]);
  return (keyId) => data?.items.find(({ id }) => id === keyId)?.label ?? keyId;
}

function useColumns(nameOf: NameOf, onUnblock: (keyId: string) => Promise<void>): readonly Column<Asking>[] {
  const { t } = useTranslation();
  const { account } = useSession();
  const { recent, whole } = useFormats();
  return [
    { head: t('screening.key'), cell: ({ keyId }) => nameOf(keyId) },
    { head: t('screening.mode'), cell: ({ mode }) => t(`screening.modes.${mode}`) },
    ...COUNTS.map((count) => ({
      head: t(`screening.${count}`),
      number: true,
      cell: ({ lastHour, lastDay }: Asking) => `${whole(lastHour[count])} / ${whole(lastDay[count])}`,
    })),
    {
      head: t('screening.state'),
      cell: ({ keyId, blockedUntil }) => (
        <>
          <Badge tone={blockedUntil === null ? 'good' : 'bad'}>
            {blockedUntil === null
              ? t('screening.free')
              : t('screening.blockedUntil', { at: recent(blockedUntil) })}
          </Badge>
          {blockedUntil !== null && account.role === 'admin' && (
            <button type="button" className="quiet" onClick={() => void onUnblock(keyId)}>
              {t('screening.unblock')}
              <span className="unseen"> {nameOf(keyId)}</span>
            </button>
          )}
        </>
      ),
    },
  ];
}

function Blocks({ blocks, nameOf }: { blocks: readonly Block[]; nameOf: NameOf }) {
  const { t } = useTranslation();
  const { recent } = useFormats();
  const columns: readonly Column<Block>[] = [
    { head: t('screening.key'), cell: ({ keyId }) => nameOf(keyId) },
    { head: t('screening.since'), cell: ({ since }) => recent(since) },
    { head: t('screening.until'), cell: ({ until }) => recent(until) },
    {
      head: t('screening.ended'),
      cell: ({ liftedAt }) =>
        liftedAt === null ? t('screening.no') : t('screening.byStaff', { at: recent(liftedAt) }),
    },
  ];
  return (
    <>
      <h3>{t('screening.blocks')}</h3>
      {blocks.length === 0 ? (
        <p className="empty">{t('screening.noBlocks')}</p>
      ) : (
        <Table label={t('screening.blocks')} columns={columns} rows={blocks} id={({ id }) => id} />
      )}
    </>
  );
}
