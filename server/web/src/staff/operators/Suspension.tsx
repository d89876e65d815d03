import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Reason } from '../../ui/Reason.tsx';

interface SuspensionProps {
  readonly operator: OperatorDetail;
  readonly onSet: (operator: OperatorDetail) => void;
}

/** Of a suspended operator no key works. */
export function Suspension({ operator: { id: operatorId, state }, onSet }: SuspensionProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<OperatorDetail>();
  const act = async (effect: () => Promise<OperatorDetail>) => {
    const after = await run(effect);
    if (after !== undefined) onSet(after);
  };
  return (
    <section className="block" aria-labelledby="suspension">
      <h2 id="suspension">{t('suspension.title')}</h2>
      {state === 'active' ? (
        <Reason
          label={t('suspension.reason')}
          hint={t('suspension.hint')}
          submit={t('suspension.suspend')}
          busy={busy}
          error={error}
          onReason={(reason) => void act(() => hub.operators.suspend({ operatorId, reason }))}
        />
      ) : (
        <div className="step">
          <p>{t('suspension.suspended')}</p>
          <Failure error={error} />
          <button
            type="button"
            className="primary"
            aria-disabled={busy}
            onClick={() => void act(() => hub.operators.reinstate({ operatorId }))}
          >
            {t('suspension.reinstate')}
          </button>
        </div>
      )}
    </section>
  );
}
