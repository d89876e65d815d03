import type { OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../hub/use-now.ts';
import { useFormats } from '../../ui/format.ts';

const MINUTE_MS = 60_000;

type PointName =
  | 'starts'
  | 'today'
  | 'ends'
  | 'renews'
  | 'over'
  | 'returnPossible'
  | 'overAndReturn'
  | 'requested'
  | 'available'
  | 'lapses'
  | 'lifted';

interface Point {
  readonly name: PointName;
  readonly at: number;
}

/** What was, what is and what comes, one beneath the other. */
export function Timeline({ exclusion }: { exclusion: OwnExclusion }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  useNow(MINUTE_MS);
  const now = nowOf(exclusion);
  const points = pointsOf(exclusion, now);
  const isOpen = exclusion.inForceUntil === null && exclusion.liftedAt === null;
  return (
    <ol className="timeline" aria-label={t('protection.timeline')}>
      {points.map(({ name, at }) => (
        <li key={name} className={name === 'today' ? 'today' : at <= now ? 'past' : 'coming'}>
          <span>{t(`protection.points.${name}`)}</span>
          <time dateTime={new Date(at).toISOString()}>{moment(new Date(at).toISOString())}</time>
        </li>
      ))}
      {isOpen && exclusion.returnRequestedAt === null && (
        <li className="coming open">
          <span>{t(exclusion.renews ? 'protection.points.onAndOn' : 'protection.points.open')}</span>
        </li>
      )}
    </ol>
  );
}

/** What the hub says has happened is not to come, whatever our own clock says. */
function nowOf({ status, startsAt, returnRequestedAt }: OwnExclusion): number {
  const happened = [status === 'pending' ? null : startsAt, returnRequestedAt];
  return Math.max(Date.now(), ...happened.flatMap((at) => (at === null ? [] : [Date.parse(at)])));
}

function pointsOf(exclusion: OwnExclusion, now: number): Point[] {
  const { startsAt, endsAt, renews, staysUntilReturn, returnPossibleFrom, liftedAt } = exclusion;
  const endsAndReturns = endsAt !== null && endsAt === returnPossibleFrom;
  const end: PointName = renews
    ? 'renews'
    : endsAndReturns
      ? 'overAndReturn'
      : staysUntilReturn
        ? 'over'
        : 'ends';
  const given: readonly (readonly [PointName, string | null])[] = [
    ['starts', startsAt],
    [end, endsAt],
    ['returnPossible', endsAndReturns ? null : returnPossibleFrom],
    ['requested', exclusion.returnRequestedAt],
    ['today', new Date(now).toISOString()],
    ['available', exclusion.returnAvailableAt],
    ['lapses', exclusion.returnLapsesAt],
    ['lifted', liftedAt],
  ];
  return given
    .flatMap(([name, at]) => (at === null ? [] : [{ name, at: Date.parse(at) }]))
    .sort((a, b) => a.at - b.at);
}
