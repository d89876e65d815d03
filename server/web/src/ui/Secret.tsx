import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusHere } from './use-focus-here.ts';

/** Something that is shown this once: to be copied now. */
export function Secret({ title, value, onDone }: { title: string; value: string; onDone: () => void }) {
  const { t } = useTranslation();
  const heading = useFocusHere<HTMLHeadingElement>();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <section className="secret" aria-labelledby="secret">
      <h2 id="secret" tabIndex={-1} ref={heading}>
        {title}
      </h2>
      <p>{t('secret.once')}</p>
      <output className="mono" data-secret>
        {value}
      </output>
      <div className="buttons">
        <button type="button" className="primary" onClick={copy}>
          {t('secret.copy')}
        </button>
        <button type="button" onClick={onDone}>
          {t('secret.done')}
        </button>
      </div>
      <p role="status" className="hint">
        {copied ? t('secret.copied') : ''}
      </p>
    </section>
  );
}
