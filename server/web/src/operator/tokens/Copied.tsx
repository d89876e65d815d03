import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Copies, and says so where it was pressed. */
export function Copied({ text }: { text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <>
      <button type="button" className="primary" onClick={copy}>
        {t('secret.copy')}
      </button>
      <span role="status" className="hint">
        {copied ? t('secret.copied') : ''}
      </span>
    </>
  );
}
