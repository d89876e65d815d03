import i18next from 'i18next';
import { en } from './en.ts';
import { linkOf, linkOfCode } from './links.ts';
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

/** What one SMS holds. */
const SHORT_CHARS_MAX = 160;

export interface Rendering {
  readonly locale: Locale;
  readonly data: Readonly<Record<string, string>>;
  /** Where people reach this installation; messages that ask them to come say where to. */
  readonly publicUrl?: string | undefined;
}

export function render(template: TemplateName, { locale, data, publicUrl }: Rendering): Text {
  // The page declares its own texts to i18next's types, which are global.
  const say = texts.getFixedT(locale) as unknown as (name: string, data: object) => string;
  const subject = say(`${template}.subject`, data);
  const text = say(`${template}.text`, data);
  const short = say(`${template}.short`, data);
  const enteredAt = linkOfCode(template, data, publicUrl);
  if (enteredAt !== undefined) return { subject, text: `${text}\n\n${enteredAt}`, short };
  const link = linkOf(template, publicUrl);
  if (link === undefined) return { subject, text, short };
  const linked = `${short} ${link}`;
  return {
    subject,
    text: `${text}\n\n${link}`,
    short: linked.length > SHORT_CHARS_MAX ? short : linked,
  };
}
