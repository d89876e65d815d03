import { useTranslation } from 'react-i18next';
import { choose, LANGUAGES, type Language } from '../i18n/index.ts';

export function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  const entries = Object.entries(LANGUAGES) as [Language, string][];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields of a form
    <div className="languages" role="group" aria-label={t('app.language')}>
      {entries.map(([language, name]) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={i18n.language === language}
          onClick={() => void choose(language)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
