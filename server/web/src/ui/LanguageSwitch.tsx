import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { choose, LANGUAGES, type Language } from '../i18n/index.ts';

/** `short` shows the codes; the full names are what is read out. */
export function LanguageSwitch({ short }: { short?: boolean }) {
  const { t, i18n } = useTranslation();
  const [missing, setMissing] = useState(false);
  const pick = (language: Language) => {
    setMissing(false);
    choose(language).catch(() => setMissing(true));
  };
  const entries = Object.entries(LANGUAGES) as [Language, string][];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div className="languages" role="group" aria-label={t('app.language')}>
      {entries.map(([language, name]) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-label={name}
          aria-pressed={i18n.language === language}
          onClick={() => pick(language)}
        >
          {short ? language.toUpperCase() : name}
        </button>
      ))}
      <span className="field-error" role="alert">
        {missing && t('app.languageNotLoaded')}
      </span>
    </div>
  );
}
