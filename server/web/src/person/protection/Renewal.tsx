import type { ExclusionCycle, OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Failure } from '../../ui/Failure.tsx';

interface RenewalProps {
  readonly exclusion: OwnExclusion;
  readonly onDone: (changed: ExclusionCycle) => void;
}

/** Whether it begins anew at its end. */
export function Renewal({ exclusion, onDone }: RenewalProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<ExclusionCycle>();
  const { id, renews } = exclusion;
  const toggle = async () => {
    const input = { id, renews: !renews };
    const changed = await run((idempotencyKey) => hub.exclusions.setRenewal(input, { idempotencyKey }));
    if (changed !== undefined) onDone(changed);
  };
  return (
    <div className="renewal">
      <button
        type="button"
        className="switch"
        role="switch"
        aria-checked={renews}
        aria-describedby={`${id}-renewal`}
        aria-disabled={busy}
        onClick={() => void toggle()}
      >
        <span className="knob" aria-hidden="true" />
        {t('protection.renew')}
      </button>
      <p className="hint" id={`${id}-renewal`}>
        {t(renews ? 'protection.renewOn' : 'protection.renewOff')}
      </p>
      <Failure error={error} />
    </div>
  );
}
