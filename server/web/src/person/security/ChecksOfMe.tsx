import type { OwnCheck } from '@kinga/shared/exclusions/own-checks.ts';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Bars } from '../../ui/Bars.tsx';
import { mondayOf } from '../../ui/days.ts';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';

/** Which operators asked the register about this person. */
export function ChecksOfMe() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const [backTo, setBackTo] = useState<string>();
  const checks = useList(
    async (page) => {
      const answer = await hub.exclusions.checksOfMe(page);
      setBackTo(answer.searchedBackTo);
      return answer;
    },
    [hub],
  );
  return (
    <section className="block" aria-labelledby="checks-of-me">
      <h2 id="checks-of-me">{t('checksOfMe.title')}</h2>
      <p className="hint">{t('checksOfMe.lead')}</p>
      {backTo !== undefined && <p className="hint">{t('checksOfMe.searched', { time: moment(backTo) })}</p>}
      <Listed of={checks} empty={t('checksOfMe.none')}>
        {(items) => (
          <>
            <Weeks checks={items} />
            <ul className="rows">
              {items.map((check) => (
                <Row key={check.checkId} check={check} />
              ))}
            </ul>
          </>
        )}
      </Listed>
    </section>
  );
}

function Row({ check: { at, operatorName, purpose, answer } }: { check: OwnCheck }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (
    <li>
      <div className="line-between">
        <b>{operatorName ?? t('checksOfMe.nobody')}</b>
        <time dateTime={at}>{moment(at)}</time>
      </div>
      <p className="hint">
        {t(`checksOfMe.purposes.${purpose}`)} · {t(`checksOfMe.answers.${answer}`)}
      </p>
    </li>
  );
}

/** Of what is shown, how much falls on each week. */
function Weeks({ checks }: { checks: readonly OwnCheck[] }) {
  const { t } = useTranslation();
  const { whole, day } = useFormats();
  const weeks = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { at } of checks) counts.set(mondayOf(at), (counts.get(mondayOf(at)) ?? 0) + 1);
    return [...counts];
  }, [checks]);
  const bars = weeks.map(([monday, count]) => ({
    id: monday,
    label: t('checksOfMe.week', { day: day(monday) }),
    value: count,
    text: whole(count),
  }));
  return (
    <>
      <h3>{t('checksOfMe.weeks')}</h3>
      <Bars label={t('checksOfMe.weeks')} bars={bars} />
    </>
  );
}
