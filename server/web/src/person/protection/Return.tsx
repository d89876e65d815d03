import type { ExclusionCycle, OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { type Action, useAction } from '../../hub/use-action.ts';
import { useNow } from '../../hub/use-now.ts';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { useSpan } from '../../ui/span.ts';

const SECOND_MS = 1_000;

export type ReturnStep = 'requested' | 'confirmed' | 'cancelled';

interface ReturnProps {
  readonly exclusion: OwnExclusion;
  readonly onDone: (step: ReturnStep, changed: ExclusionCycle) => void;
}

/** The way back, as far as it is open: not yet, to be asked for, being thought over, to be confirmed. */
export function Return({ exclusion, onDone }: ReturnProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { allowed, possibleFrom } = exclusion;
  if (exclusion.returnRequestedAt !== null) return <Wish exclusion={exclusion} onDone={onDone} />;
  if (possibleFrom.requestReturn !== undefined) {
    return (
      <p className="return hint">
        {t('protection.returnFrom', { time: moment(possibleFrom.requestReturn) })}
      </p>
    );
  }
  if (!allowed.includes('requestReturn')) return null;
  return <Request exclusion={exclusion} onDone={onDone} />;
}

function useReturn({ exclusion, onDone }: ReturnProps) {
  const { hub } = useSession();
  const action = useAction<ExclusionCycle>();
  const { id } = exclusion;
  const calls = {
    requested: hub.exclusions.requestReturn,
    confirmed: hub.exclusions.confirmReturn,
    cancelled: hub.exclusions.cancelReturn,
  };
  const go = async (step: ReturnStep) => {
    const changed = await action.run((idempotencyKey) => calls[step]({ id }, { idempotencyKey }));
    if (changed !== undefined) onDone(step, changed);
  };
  return { action, go };
}

function Request(props: ReturnProps) {
  const { t } = useTranslation();
  const { action, go } = useReturn(props);
  return (
    <details className="more">
      <summary>{t('protection.return')}</summary>
      <p>{t('protection.returnLead')}</p>
      <WhatFailed action={action} />
      <button type="button" aria-disabled={action.busy} onClick={() => void go('requested')}>
        {action.busy ? t('form.busy') : t('protection.returnSubmit')}
      </button>
    </details>
  );
}

/** Time to think: staying is the first button, and leaving never the one that is pressed by haste. */
function Wish(props: ReturnProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { action, go } = useReturn(props);
  const { allowed, possibleFrom, returnLapsesAt } = props.exclusion;
  const lapses = returnLapsesAt === null ? '' : moment(returnLapsesAt);
  return (
    <div className="return wish">
      <h3>{t('protection.wishTitle')}</h3>
      {possibleFrom.confirmReturn === undefined ? (
        <p>{t('protection.wishOpen', { lapses })}</p>
      ) : (
        <CoolingOff until={possibleFrom.confirmReturn} lapses={lapses} />
      )}
      <WhatFailed action={action} />
      <div className="buttons">
        {allowed.includes('cancelReturn') && (
          <button
            type="button"
            className="primary"
            aria-disabled={action.busy}
            onClick={() => void go('cancelled')}
          >
            {action.busy ? t('form.busy') : t('protection.stay')}
          </button>
        )}
        {allowed.includes('confirmReturn') && (
          <button
            type="button"
            className="danger"
            aria-disabled={action.busy}
            onClick={() => void go('confirmed')}
          >
            {t('protection.confirm')}
          </button>
        )}
      </div>
    </div>
  );
}

function CoolingOff({ until, lapses }: { until: string; lapses: string }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const span = useSpan();
  const now = useNow(SECOND_MS);
  return (
    <>
      <p>{t('protection.wishWaiting', { time: moment(until), lapses })}</p>
      <p className="countdown" role="timer" data-countdown>
        {t('protection.countdown', { span: span(Math.max(0, Date.parse(until) - now)) })}
      </p>
    </>
  );
}

function WhatFailed({ action }: { action: Action<unknown> }) {
  const { t } = useTranslation();
  return (
    <Failure error={action.error}>{action.error?.unknownOutcome ? t('form.unknown') : undefined}</Failure>
  );
}
