import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Reason } from '../../ui/Reason.tsx';
import type { AccountDetail } from './AccountPage.tsx';
import { Grants, STAFF_ROLES } from './Grants.tsx';
import { ResetFactors } from './ResetFactors.tsx';
import { SetRole } from './SetRole.tsx';

interface ActionsProps {
  readonly account: AccountDetail;
  readonly onChanged: () => void;
}

/** What an administrator may do with somebody's account; nobody does it to their own. */
export function AccountActions({ account, onChanged }: ActionsProps) {
  const { account: own } = useSession();
  if (own.role !== 'admin' || own.id === account.id) return null;
  return (
    <>
      <Sessions account={account} onChanged={onChanged} />
      <ResetFactors accountId={account.id} onChanged={onChanged} />
      <SetRole account={account} onChanged={onChanged} />
      <Suspending account={account} onChanged={onChanged} />
      {STAFF_ROLES.includes(account.role) && <Grants account={account} onChanged={onChanged} />}
    </>
  );
}

function Sessions({ account: { id: accountId, sessions }, onChanged }: ActionsProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { whole } = useFormats();
  const { busy, error, result, run } = useAction<{ revoked: number }>();
  const end = async () => {
    if ((await run(() => hub.identity.revokeSessionsOf({ accountId }))) !== undefined) onChanged();
  };
  return (
    <div className="step">
      <Failure error={error} />
      {sessions > 0 && (
        <button type="button" aria-disabled={busy} onClick={() => void end()}>
          {t('accounts.endSessions')}
        </button>
      )}
      <p role="status" className="hint">
        {result && t('accounts.ended', { revoked: whole(result.revoked) })}
      </p>
    </div>
  );
}

function Suspending({ account: { id: accountId, suspendedAt }, onChanged }: ActionsProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const act = async (effect: () => Promise<unknown>) => {
    if ((await run(effect)) !== undefined) onChanged();
  };
  if (suspendedAt !== null) {
    return (
      <div className="step">
        <Failure error={error} />
        <button
          type="button"
          className="primary"
          aria-disabled={busy}
          onClick={() => void act(() => hub.identity.reinstateAccount({ accountId }))}
        >
          {t('accounts.reinstate')}
        </button>
      </div>
    );
  }
  return (
    <details className="more">
      <summary>{t('accounts.suspend')}</summary>
      <Reason
        label={t('accounts.reason')}
        hint={t('accounts.suspendHint')}
        submit={t('accounts.suspend')}
        busy={busy}
        error={error}
        onReason={(reason) =>
          void act(() => hub.identity.suspendAccount({ accountId, reason: reason.slice(0, 200) }))
        }
      />
    </details>
  );
}
