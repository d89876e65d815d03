import type { Period } from '@kinga/shared/exclusions/contract.ts';
import type { ExclusionCycle, OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { refusedAt } from '../../register/field-errors.ts';
import { periodOf } from '../../register/PeriodChoice.tsx';
import { PERIODS } from '../../ui/choices.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { PeriodPicker } from './PeriodPicker.tsx';

const DAY_MS = 86_400_000;
/** About: what is too short after all, the hub refuses. */
const DAYS: Readonly<Record<Period, number>> = {
  '24h': 1,
  '7d': 7,
  '30d': 30,
  '6mo': 182,
  '1y': 365,
  permanent: Number.POSITIVE_INFINITY,
};

interface ExtendProps {
  readonly exclusion: OwnExclusion;
  readonly onDone: (changed: ExclusionCycle) => void;
}

/** Longer, at any time; the periods that would be shorter are not even offered. */
export function Extend({ exclusion, onDone }: ExtendProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<ExclusionCycle>();
  const periods = longerThan(exclusion);
  const [first] = periods;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const period = periodOf(new FormData(event.currentTarget));
    const { id } = exclusion;
    const changed = await run((idempotencyKey) => hub.exclusions.extend({ id, period }, { idempotencyKey }));
    if (changed !== undefined) onDone(changed);
  };
  if (first === undefined) return null;
  const isTooShort = refusedAt(error, 'period');
  return (
    <details className="more">
      <summary>{t('protection.extend')}</summary>
      <form className="sheet" onSubmit={(event) => void submit(event)} noValidate>
        <PeriodPicker
          periods={periods}
          first={first}
          problem={isTooShort ? t('protection.tooShort') : undefined}
        />
        <p className="hint">{t('protection.extendHint')}</p>
        <Failure error={isTooShort ? undefined : error}>
          {error?.unknownOutcome ? t('form.unknown') : undefined}
        </Failure>
        <Submit busy={busy}>{t('protection.extendSubmit')}</Submit>
      </form>
    </details>
  );
}

function longerThan({ startsAt, endsAt, staysUntilReturn }: OwnExclusion): Period[] {
  const from = Math.max(Date.now(), Date.parse(startsAt));
  const end = endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(endsAt);
  const isShort = (period: Period) => DAYS[period] < 180;
  return PERIODS.filter(
    (period) => from + DAYS[period] * DAY_MS > end && !(staysUntilReturn && isShort(period)),
  );
}
