import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

/** What was registered, with the reference that the person can quote. */
export function Registered({ exclusion, onAnother }: { exclusion: Exclusion; onAnother: () => void }) {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  return (
    <section className="receipt" aria-labelledby="registered">
      <h2 id="registered" tabIndex={-1} ref={title}>
        {t('register.done')}
      </h2>
      <dl>
        <div className="receipt-reference">
          <dt>{t('register.reference')}</dt>
          <dd className="mono" data-reference>
            {exclusion.reference}
          </dd>
        </div>
        <div>
          <dt>{t('register.startsLabel')}</dt>
          <dd>{moment(exclusion.startsAt)}</dd>
        </div>
        <div>
          <dt>{t('register.endsLabel')}</dt>
          <dd>{exclusion.endsAt === null ? t('register.never') : moment(exclusion.endsAt)}</dd>
        </div>
        <div>
          <dt>{t('register.seq')}</dt>
          <dd>{whole(exclusion.seq)}</dd>
        </div>
      </dl>
      {exclusion.needsReview && <p className="notice">{t('register.needsReview')}</p>}
      <button type="button" className="primary" onClick={onAnother}>
        {t('register.another')}
      </button>
    </section>
  );
}
