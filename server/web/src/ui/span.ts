import { useTranslation } from 'react-i18next';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A length of time in words of its two largest units: `6 days 23 hours`, `2 minutes`. Rounded up. */
export function useSpan(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => {
    const unit = ms >= DAY_MS ? HOUR_MS : ms >= 2 * MINUTE_MS ? MINUTE_MS : SECOND_MS;
    const left = Math.max(unit, Math.ceil(ms / unit) * unit);
    const days = Math.floor(left / DAY_MS);
    const hours = Math.floor((left % DAY_MS) / HOUR_MS);
    const minutes = Math.floor((left % HOUR_MS) / MINUTE_MS);
    const seconds = unit === SECOND_MS ? Math.floor((left % MINUTE_MS) / SECOND_MS) : 0;
    return [
      days > 0 && t('time.days', { count: days }),
      hours > 0 && t('time.hours', { count: hours }),
      minutes > 0 && t('time.minutes', { count: minutes }),
      seconds > 0 && t('time.seconds', { count: seconds }),
    ]
      .filter(Boolean)
      .join(' ');
  };
}
