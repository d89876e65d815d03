import type { OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useUntil } from './use-words.ts';

/** What holds, in words first; beneath it whatever there is to see and to do. */
export function Standing({ exclusion, children }: { exclusion: OwnExclusion; children?: ReactNode }) {
  const { t } = useTranslation();
  const until = useUntil();
  const { id, status, source, reference, needsReview } = exclusion;
  return (
    <section className="protected" aria-labelledby={id} data-exclusion={id}>
      <h2 id={id}>{t(status === 'pending' ? 'protection.pendingTitle' : 'bettor.excludedTitle')}</h2>
      <p className="until">{until(exclusion)}</p>
      {source !== 'person' && <p>{t('protection.askedBy', { source: t(`register.sources.${source}`) })}</p>}
      {needsReview && <p>{t('protection.needsReview')}</p>}
      <p className="mono reference">{t('bettor.reference', { reference })}</p>
      {children}
    </section>
  );
}
