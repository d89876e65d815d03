import type { OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../ui/format.ts';

/** Until when somebody is protected, and what happens then. */
export function useUntil(): (exclusion: OwnExclusion) => string {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (exclusion) => {
    const { status, startsAt, endsAt, inForceUntil, liftedAt } = exclusion;
    if (status === 'ended')
      return t('protection.ended', { time: moment(liftedAt ?? inForceUntil ?? startsAt) });
    const start =
      status === 'pending' ? t('protection.from', { time: moment(startsAt) }) : t('protection.now');
    const end = liftedAt ?? inForceUntil;
    if (end !== null) return `${start} ${t('protection.untilEnd', { time: moment(end) })}`;
    if (endsAt === null) return `${start} ${t('protection.forGood')}`;
    const time = moment(endsAt);
    if (exclusion.renews) return `${start} ${t('protection.untilRenewed', { time })}`;
    const isOver = Date.parse(endsAt) <= Date.now();
    return `${start} ${t(isOver ? 'protection.untilAsked' : 'protection.untilAndAsked', { time })}`;
  };
}
