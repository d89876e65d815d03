import type { Period } from '@kinga/shared/exclusions/contract.ts';
import { useTranslation } from 'react-i18next';
import { PERIODS } from '../ui/choices.ts';

/** The only periods the law knows; the shortest is not the default, so that nobody takes it by haste. */
export const PERIOD_DEFAULT: Period = '6mo';

export function PeriodChoice() {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend>{t('register.period')}</legend>
      <div className="segments">
        {PERIODS.map((period) => (
          <label key={period}>
            <input type="radio" name="period" value={period} defaultChecked={period === PERIOD_DEFAULT} />
            <span>{t(`register.periods.${period}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function periodOf(data: FormData): Period {
  return PERIODS.find((period) => period === data.get('period')) ?? PERIOD_DEFAULT;
}
