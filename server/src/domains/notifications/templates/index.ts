import i18next from 'i18next';
import { en } from './en.ts';
import { sw } from './sw.ts';

/** Every text the hub sends to people outside a socket: templates/en.ts has them, templates/sw.ts says the same. */
export type TemplateName = keyof typeof en;
export type Locale = 'en' | 'sw';
export interface Text {
  readonly subject: string;
  readonly text: string;
  readonly short: string;
}
export type Texts = Readonly<Record<TemplateName, Text>>;

const texts = i18next.createInstance();
await texts.init({
  resources: { en: { translation: en }, sw: { translation: sw } },
  fallbackLng: 'en',
  // Plain text, not HTML: an apostrophe stays one.
  interpolation: { escapeValue: false },
});

export function render(
  template: TemplateName,
  { locale, data }: { locale: Locale; data: Readonly<Record<string, string>> },
): Text {
  // The page declares its own texts to i18next's types, which are global.
  const say = texts.getFixedT(locale) as unknown as (name: string, data: object) => string;
  return {
    subject: say(`${template}.subject`, data),
    text: say(`${template}.text`, data),
    short: say(`${template}.short`, data),
  };
}
