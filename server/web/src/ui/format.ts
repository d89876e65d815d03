import { useTranslation } from 'react-i18next';

const ZONE = 'Africa/Nairobi';

export interface Formats {
  /** 12,345 */
  whole(value: number): string;
  /** 3 significant figures at most: 0.42, 12.3, 1,204 */
  figure(value: number): string;
  percent(share: number): string;
  /** 14:03:09 in Nairobi */
  time(instant: string | number): string;
  /** 20 Nov 2026, 14:03 in Nairobi */
  moment(instant: string): string;
  /** 20 Nov 2026, of a day as YYYY-MM-DD */
  day(day: string): string;
  /** The time alone when it is of today in Nairobi, else the moment. */
  recent(instant: string): string;
  /** KES 1,250.00 of minor units given as a decimal string. */
  money(amountMinor: string): string;
}

const made = new Map<string, Formats>();

/** How numbers, times and money are written in a language. */
export function formatsFor(language: string): Formats {
  const known = made.get(language);
  if (known !== undefined) return known;
  const locale = language === 'sw' ? 'sw-KE' : 'en-KE';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const small = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: ZONE });
  const moment = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: ZONE,
  });
  const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeZone: ZONE });
  const date = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const shillings = new Intl.NumberFormat(locale);
  const formats: Formats = {
    whole: (value) => whole.format(value),
    figure: (value) => (value >= 1_000 ? whole : small).format(value),
    percent: (share) => percent.format(share),
    time: (instant) => time.format(new Date(instant)),
    moment: (instant) => moment.format(new Date(instant)),
    day: (text) => date.format(new Date(text)),
    recent: (instant) => {
      const then = new Date(instant);
      return day.format(then) === day.format(new Date()) ? time.format(then) : moment.format(then);
    },
    money: (amountMinor) => {
      const minor = BigInt(amountMinor);
      const cents = (minor % 100n).toString().padStart(2, '0');
      return `KES ${shillings.format(minor / 100n)}.${cents}`;
    },
  };
  made.set(language, formats);
  return formats;
}

export function useFormats(): Formats {
  return formatsFor(useTranslation().i18n.language);
}

/** Shillings as typed (`50`, `1,250.50`) to minor units as a decimal string; undefined when it is no amount. */
export function minorOf(typed: string): string | undefined {
  const match = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(typed.replaceAll(/[\s,]/g, ''));
  if (match === null) return undefined;
  const minor = BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'));
  return minor > 0n ? minor.toString() : undefined;
}
