import type { Period } from '@kinga/shared/exclusions/contract.ts';
import type { PeriodRule } from '@kinga/shared/policy/values.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';

interface PeriodPickerProps {
  readonly periods: readonly Period[];
  readonly first: Period;
  readonly problem?: string | undefined;
  /** For somebody else nothing begins at once: there is a decision first. */
  readonly kind?: 'own' | 'other';
}

/** The periods of the law, and for the chosen one what it means and what happens at its end. */
export function PeriodPicker({ periods, first, problem, kind = 'own' }: PeriodPickerProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const policy = useLoad(() => hub.policy.current(), [hub]);
  const [chosen, setChosen] = useState(first);
  const explain = useExplanation();
  const rule = policy.data?.values.periods[chosen];
  return (
    <fieldset>
      <legend>{t('register.period')}</legend>
      <div className="segments">
        {periods.map((period) => (
          <label key={period}>
            <input
              type="radio"
              name="period"
              value={period}
              checked={period === chosen}
              onChange={() => setChosen(period)}
            />
            <span>{t(`register.periods.${period}`)}</span>
          </label>
        ))}
      </div>
      {problem !== undefined && <p className="field-error">{problem}</p>}
      <p className="explanation" role="status">
        {kind === 'own' && rule && explain(chosen, rule)}
      </p>
    </fieldset>
  );
}

function useExplanation(): (period: Period, rule: PeriodRule) => string {
  const { t } = useTranslation();
  return (period, { minimum, staysUntilReturn, coolingOffDays }) => {
    const length = t(`register.periods.${period}`);
    if (!staysUntilReturn) return t('protection.explain.ends', { length });
    const days = t('time.days', { count: coolingOffDays });
    if (period !== 'permanent') return t('protection.explain.stays', { length, days });
    const months = 'months' in minimum ? minimum.months : 0;
    const least =
      months % 12 === 0 ? t('time.years', { count: months / 12 }) : t('time.months', { count: months });
    return t('protection.explain.permanent', { least, days });
  };
}
