import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusHere } from '../../ui/use-focus-here.ts';

/** Shown this once; without them and without the app nobody gets in. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const title = useFocusHere<HTMLHeadingElement>();
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join('\n'));
    setCopied(true);
  };
  return (
    <div className="receipt">
      <h3 tabIndex={-1} ref={title}>
        {t('security.recovery')}
      </h3>
      <p>{t('security.recoveryLead')}</p>
      <ul className="recovery mono">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <p role="status" className="hint">
        {copied && t('security.copied')}
      </p>
      <div className="buttons">
        {navigator.clipboard !== undefined && (
          <button type="button" onClick={() => void copy()}>
            {t('security.copy')}
          </button>
        )}
        <button type="button" className="primary" onClick={onDone}>
          {t('security.kept')}
        </button>
      </div>
    </div>
  );
}
