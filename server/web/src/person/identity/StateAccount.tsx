import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useProviderOffered } from '../../session/ProviderWay.tsx';
import { Failure } from '../../ui/Failure.tsx';

/** The account elsewhere that opens this one too: joined at the door, let go of here. */
export function StateAccount() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run } = useAction<{ unlinked: number }>();
  if (!useProviderOffered()) return null;
  return (
    <section className="block" aria-labelledby="state-account">
      <h2 id="state-account">{t('identity.stateAccount')}</h2>
      <p className="hint">{t('identity.stateAccountLead')}</p>
      <p role="status">{result && t(result.unlinked > 0 ? 'identity.unjoined' : 'identity.neverJoined')}</p>
      <Failure error={error}>{error?.code === 'CONFLICT' ? t('identity.passwordFirst') : undefined}</Failure>
      <button type="button" aria-disabled={busy} onClick={() => void run(() => hub.identity.unlinkOidc())}>
        {busy ? t('form.busy') : t('identity.unjoin')}
      </button>
    </section>
  );
}
