import { useTranslation } from 'react-i18next';
import { Field } from '../ui/Field.tsx';

export const OVERLAP_HOURS = 24;
const CHOICES = [0, 1, 24, 72, 168];

/** How long the old secret goes on working beside the new one. */
export function OverlapField({ hours, onHours }: { hours: number; onHours: (hours: number) => void }) {
  const { t } = useTranslation();
  return (
    <div className="filter">
      <Field label={t('keys.overlap')}>
        {(described) => (
          <select {...described} value={hours} onChange={(event) => onHours(Number(event.target.value))}>
            {CHOICES.map((choice) => (
              <option key={choice} value={choice}>
                {choice === 0 ? t('keys.noOverlap') : t('time.hours', { count: choice })}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}
