import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFormats } from '../../ui/format.ts';
import { Reason } from '../../ui/Reason.tsx';

interface ResetProps {
  readonly accountId: string;
  readonly onChanged: () => void;
}

/** For somebody who has lost their second factors, and has shown who they are. */
export function ResetFactors({ accountId, onChanged }: ResetProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { whole } = useFormats();
  const { busy, error, result, run } = useAction<{ removed: number; sessionsEnded: number }>();
  const reset = async (reason: string) => {
    const input = { accountId, reason: reason.slice(0, 200) };
    if ((await run(() => hub.identity.resetFactors(input))) !== undefined) onChanged();
  };
  return (
    <details className="more">
      <summary>{t('accounts.resetFactors')}</summary>
      <Reason
        label={t('accounts.resetWhy')}
        hint={t('accounts.resetHint')}
        submit={t('accounts.resetFactors')}
        busy={busy}
        error={error}
        onReason={(reason) => void reset(reason)}
      />
      <p role="status" className="hint">
        {result &&
          t('accounts.reset', { removed: whole(result.removed), sessions: whole(result.sessionsEnded) })}
      </p>
    </details>
  );
}
