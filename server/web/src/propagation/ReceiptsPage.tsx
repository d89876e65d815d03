import type { Receipt, Standing } from '@kinga/shared/propagation/contract.ts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useList } from '../hub/use-list.ts';
import { Failure } from '../ui/Failure.tsx';
import { useFormats } from '../ui/format.ts';
import { Heading } from '../ui/Heading.tsx';
import { Listed } from '../ui/Loaded.tsx';
import { type Column, Table } from '../ui/Table.tsx';
import { ChoiceField } from '../ui/TextField.tsx';
import { useAge } from './StandingsPage.tsx';
import { useStandings } from './standings.ts';

const STATES = ['open', 'acknowledged', 'unclosed', 'closed'] as const;
/** Every list asked for counts against the hourly limit of staff. */
const REFRESH_MS = 10_000;

/** The changes one operator was to hear of, and what became of each. */
export function ReceiptsPage({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { whole } = useFormats();
  const [state, setState] = useState<(typeof STATES)[number]>();
  const standing = useStandings().table?.operators.find((operator) => operator.operatorId === operatorId);
  const version = useSlowly(standing && `${standing.head}/${standing.acknowledgedSeq}`);
  const receipts = useList(
    (page) => hub.propagation.receipts({ operatorId, ...(state && { state }), ...page }),
    [hub, operatorId, state, version],
  );
  const retry = useAction<{ again: number }>();
  const again = async (receiptIds?: string[]) => {
    const input = receiptIds === undefined ? { operatorId } : { receiptIds };
    await retry.run((idempotencyKey) => hub.propagation.retry(input, { idempotencyKey }));
    receipts.reload();
  };
  const columns = useColumns((id) => void again([id]));

  return (
    <>
      <p className="way-back">
        <a href="#propagation">{t('propagation.title')}</a>
      </p>
      <Heading lead={standing && <Lead standing={standing} />}>
        {standing?.name ?? t('propagation.receipts')}
      </Heading>
      <div className="filter">
        <ChoiceField
          name="state"
          label={t('propagation.state')}
          none={t('propagation.anyState')}
          choices={STATES}
          text={(choice) => t(`propagation.states.${choice}`)}
          onChoice={setState}
        />
        <button type="button" aria-disabled={retry.busy} onClick={() => void again()}>
          {t('propagation.retryAll')}
        </button>
      </div>
      <Failure error={retry.error} />
      <p role="status" className="hint">
        {retry.result &&
          t('propagation.again', { count: retry.result.again, shown: whole(retry.result.again) })}
      </p>
      <Listed of={receipts} empty={t('propagation.noReceipts')}>
        {(items) => (
          <Table label={t('propagation.receipts')} columns={columns} rows={items} id={({ id }) => id} />
        )}
      </Listed>
    </>
  );
}

function Lead({ standing }: { standing: Standing }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const reach = t(`propagation.reaches.${standing.reach}`);
  return t('propagation.standing', { reach, lag: whole(standing.lag), open: whole(standing.openReceipts) });
}

function useColumns(onRetry: (id: string) => void): readonly Column<Receipt>[] {
  const { t } = useTranslation();
  const { recent, whole } = useFormats();
  const age = useAge();
  const after = ({ committedAt }: Receipt, at: string | null) =>
    at === null ? t('propagation.notYet') : age(Math.max(0, Date.parse(at) - Date.parse(committedAt)));
  return [
    {
      head: t('propagation.change'),
      cell: ({ type, registerSeq }) => `${t(`live.kinds.${type}`)} · ${whole(registerSeq)}`,
    },
    { head: t('propagation.handle'), cell: ({ handle }) => <span className="mono">{handle}</span> },
    { head: t('propagation.committed'), cell: ({ committedAt }) => recent(committedAt) },
    { head: t('propagation.sent'), number: true, cell: (receipt) => after(receipt, receipt.sentAt) },
    {
      head: t('propagation.acknowledged'),
      number: true,
      cell: (receipt) => (
        <span className={receipt.acknowledgedAt === null ? 'late' : undefined}>
          {after(receipt, receipt.acknowledgedAt)}
        </span>
      ),
    },
    {
      head: t('propagation.closed'),
      number: true,
      cell: (receipt) =>
        receipt.mustClose ? (
          <>
            {after(receipt, receipt.closedAt)}
            {receipt.reportedAt !== receipt.closedAt && (
              <span className="hint">
                {' '}
                {t('propagation.reported', { after: after(receipt, receipt.reportedAt) })}
              </span>
            )}
          </>
        ) : (
          t('propagation.notNeeded')
        ),
    },
    { head: t('propagation.attempts'), number: true, cell: ({ attempts }) => whole(attempts) },
    {
      head: t('propagation.retry'),
      quiet: true,
      cell: ({ id, acknowledgedAt }) =>
        acknowledgedAt === null && (
          <button type="button" className="quiet" onClick={() => onRetry(id)}>
            {t('propagation.retry')}
          </button>
        ),
    },
  ];
}

/** A value that changes every second, at most every ten. */
function useSlowly<TValue>(value: TValue): TValue {
  const [slow, setSlow] = useState(value);
  const changedAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, changedAt.current + REFRESH_MS - Date.now());
    const timer = setTimeout(() => {
      changedAt.current = Date.now();
      setSlow(value);
    }, wait);
    return () => clearTimeout(timer);
  }, [value]);
  return slow;
}
