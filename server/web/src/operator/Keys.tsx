import type { Key } from '@kinga/shared/operators/keys.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useList } from '../hub/use-list.ts';
import { Badge } from '../ui/Badge.tsx';
import { Failure } from '../ui/Failure.tsx';
import { useFormats } from '../ui/format.ts';
import { Listed } from '../ui/Loaded.tsx';
import { Secret } from '../ui/Secret.tsx';
import { type Column, Table } from '../ui/Table.tsx';
import { IssueKey } from './IssueKey.tsx';
import { KeyTerms } from './KeyTerms.tsx';
import { OVERLAP_HOURS, OverlapField } from './OverlapField.tsx';

interface Made {
  readonly keyId: string;
  readonly apiKey: string;
}

/** The keys of an operator's systems: made, made anew without a gap, ended. */
export function Keys({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const keys = useList((page) => hub.operators.listKeys({ operatorId, ...page }), [hub, operatorId]);
  const [made, setMade] = useState<Made>();
  const [hours, setHours] = useState(OVERLAP_HOURS);
  const action = useAction<Made | { revokedAt: string }>();
  const onMade = (key: Made) => {
    setMade(key);
    keys.reload();
  };
  const rotate = async (keyId: string) => {
    const done = await action.run(() => hub.operators.rotateKey({ keyId, overlapHours: hours }));
    if (done !== undefined && 'apiKey' in done) onMade(done);
  };
  const revoke = async (keyId: string) => {
    if ((await action.run(() => hub.operators.revokeKey({ keyId }))) !== undefined) keys.reload();
  };
  const columns = useColumns({ onRotate: rotate, onRevoke: revoke, may: account.role !== 'regulator' });
  return (
    <section className="block" aria-labelledby="keys">
      <h2 id="keys">{t('keys.title')}</h2>
      {made && <Secret title={t('keys.made')} value={made.apiKey} onDone={() => setMade(undefined)} />}
      {account.role !== 'regulator' && <IssueKey operatorId={operatorId} onMade={onMade} />}
      <Failure error={action.error} />
      <Listed of={keys} empty={t('keys.none')}>
        {(items) => (
          <>
            <Table label={t('keys.title')} columns={columns} rows={items} id={({ id }) => id} />
            {account.role !== 'regulator' && <OverlapField hours={hours} onHours={setHours} />}
          </>
        )}
      </Listed>
    </section>
  );
}

interface ColumnsOf {
  readonly may: boolean;
  readonly onRotate: (keyId: string) => Promise<void>;
  readonly onRevoke: (keyId: string) => Promise<void>;
}

function useColumns({ may, onRotate, onRevoke }: ColumnsOf): readonly Column<Key>[] {
  const { t } = useTranslation();
  const { recent, whole } = useFormats();
  const [sure, setSure] = useState<string>();
  return [
    { head: t('keys.label'), cell: ({ label }) => label },
    {
      head: t('keys.environment'),
      cell: ({ environment, selfIssued }) => (
        <>
          <Badge tone={environment === 'live' ? 'good' : 'plain'}>
            {t(`keys.environments.${environment}`)}
          </Badge>{' '}
          {selfIssued && <span className="hint">{t('keys.selfIssued')}</span>}
        </>
      ),
    },
    {
      head: t('keys.state'),
      cell: ({ state, expiresAt }) => (
        <>
          <Badge tone={state === 'active' ? 'good' : 'bad'}>{t(`keys.states.${state}`)}</Badge>{' '}
          {state === 'active' && expiresAt !== null && (
            <span className="hint">{t('keys.until', { at: recent(expiresAt) })}</span>
          )}
        </>
      ),
    },
    { head: t('keys.scopes'), cell: ({ scopes }) => <span className="mono">{scopes.join(' ')}</span> },
    { head: t('keys.terms'), cell: (key) => <KeyTerms of={key} /> },
    { head: t('keys.usedToday'), number: true, cell: ({ usedToday }) => whole(usedToday) },
    {
      head: t('keys.lastUsed'),
      cell: ({ lastUsedAt }) => (lastUsedAt === null ? t('keys.never') : recent(lastUsedAt)),
    },
    {
      head: t('keys.actions'),
      quiet: true,
      cell: ({ id, label, state, replacedBy }) =>
        may &&
        state === 'active' && (
          <span className="row-actions">
            {replacedBy === null && (
              <button type="button" className="quiet" onClick={() => void onRotate(id)}>
                {t('keys.rotate')}
                <span className="unseen"> {label}</span>
              </button>
            )}
            {sure === id ? (
              <button type="button" className="danger" onClick={() => void onRevoke(id)}>
                {t('keys.sure')}
              </button>
            ) : (
              <button type="button" className="quiet" onClick={() => setSure(id)}>
                {t('keys.revoke')}
                <span className="unseen"> {label}</span>
              </button>
            )}
          </span>
        ),
    },
  ];
}
