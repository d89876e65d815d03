import type { OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../ui/format.ts';

/** What held before. */
export function History({ past }: { past: readonly OwnExclusion[] }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  if (past.length === 0) return null;
  return (
    <section className="block" aria-labelledby="history">
      <h2 id="history">{t('protection.history')}</h2>
      <ul className="rows">
        {past.map(({ id, period, reference, startsAt, inForceUntil, liftedAt, source }) => (
          <li key={id}>
            <b>{t(`register.periods.${period}`)}</b>
            <span>
              {t('protection.fromTo', {
                from: moment(startsAt),
                to: moment(liftedAt ?? inForceUntil ?? startsAt),
              })}
            </span>
            <span className="hint">
              {t('bettor.reference', { reference })} · {t(`register.sources.${source}`)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
