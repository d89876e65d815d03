import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

export function Protected({ exclusion }: { exclusion: Exclusion }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { status, startsAt, endsAt, reference } = exclusion;
  const text =
    status === 'pending'
      ? t('bettor.excludedPending', { time: moment(startsAt) })
      : endsAt === null
        ? t('bettor.excludedForever')
        : t('bettor.excludedUntil', { time: moment(endsAt) });
  return (
    <section className="protected" role="status" aria-labelledby="protected">
      <h2 id="protected">{t('bettor.excludedTitle')}</h2>
      <p>{text}</p>
      <p className="mono">{t('bettor.reference', { reference })}</p>
    </section>
  );
}
