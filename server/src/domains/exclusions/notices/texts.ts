import type { SupportNews } from '@kinga/shared/exclusions/life-cycle.ts';
import { DateTime } from 'luxon';
import type { Locale } from '../../notifications/index.ts';
import { KENYA_ZONE } from '../rules/period.ts';

/** What a support person is told: that there is a break, and not from what. */
export const SUPPORT_TEXTS: Readonly<Record<Locale, Readonly<Record<SupportNews, string>>>> = {
  en: {
    registered: 'they have begun a break that protects them',
    extended: 'they have made their break longer',
    ending: 'their break comes to its end soon',
    returnRequested: 'they have asked to end their break',
    lifted: 'their break has ended',
  },
  sw: {
    registered: 'ameanza mapumziko yanayomlinda',
    extended: 'ameongeza muda wa mapumziko yake',
    ending: 'mapumziko yake yanakaribia kwisha',
    returnRequested: 'ameomba kumaliza mapumziko yake',
    lifted: 'mapumziko yake yamekwisha',
  },
};

const FOR_EVER: Readonly<Record<Locale, string>> = {
  en: 'you ask to return, after three years at the earliest',
  sw: 'utakapoomba kurudi, si kabla ya miaka mitatu',
};

/** A point in time as people in Kenya read it; null: a permanent exclusion. */
export function until(endsAt: Date | null, locale: Locale): string {
  if (endsAt === null) return FOR_EVER[locale];
  return DateTime.fromJSDate(endsAt, { zone: KENYA_ZONE }).setLocale(locale).toFormat('d LLLL yyyy, HH:mm');
}
