import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';

export const LANGUAGES = { en: 'English', sw: 'Kiswahili' } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT_AS = 'kinga.language';
/** For the texts of another language, before the page shows itself in English. */
const WAITED_MS = 1_500;

declare module 'i18next' {
  interface CustomTypeOptions {
    nsSeparator: false;
    resources: { translation: typeof en };
  }
}

/** The language chosen before on this device, else the browser's, else English. */
function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === 'en' || kept === 'sw') return kept;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('sw')) ? 'sw' : 'en';
}

export async function startLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: 'en',
    fallbackLng: 'en',
    // Keys such as `role:bettor` are names, not namespaces.
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  // A page in English is better than none: the texts that come later are shown then.
  const shown = speak(preferred()).catch(() => {});
  await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, WAITED_MS))]);
}

/** Rejects when its texts cannot be loaded: the language stays as it was. */
export async function choose(language: Language): Promise<void> {
  await speak(language);
  if (language === wanted) localStorage.setItem(KEPT_AS, language);
}

/** The one asked for last: texts that come late do not take its place. */
let wanted: Language = 'en';

/** English is at hand; another language's texts are loaded for whoever reads them. */
async function speak(language: Language): Promise<void> {
  wanted = language;
  if (language === 'sw' && !i18next.hasResourceBundle('sw', 'translation')) {
    i18next.addResourceBundle('sw', 'translation', (await import('./sw.ts')).sw);
  }
  if (language !== wanted) return;
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
