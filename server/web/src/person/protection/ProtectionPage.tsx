import type { ExclusionCycle, OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Helpline } from '../../ui/Helpline.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { SaidHere } from '../SaidHere.tsx';
import { useSaid } from '../use-said.ts';
import { Extend } from './Extend.tsx';
import { History } from './History.tsx';
import { Renewal } from './Renewal.tsx';
import { Return, type ReturnStep } from './Return.tsx';
import { SelfExclusion } from './SelfExclusion.tsx';
import { Standing } from './Standing.tsx';
import { SupportPersonBlock } from './SupportPerson.tsx';
import { Timeline } from './Timeline.tsx';
import { isCurrent, useMine } from './use-mine.ts';

/** Help first; then what protects this person, and what they may do about it. */
export function ProtectionPage() {
  const { t } = useTranslation();
  const mine = useMine();
  const said = useSaid();
  const changed = (text: string) => {
    said.say(text);
    mine.reload();
  };
  return (
    <div className="person">
      <Heading lead={<Helpline text="bettor.help" />}>{t('protection.title')}</Heading>
      <SaidHere said={said} />
      <Listed of={mine}>
        {(all) => (
          <>
            <Present all={all} onChanged={changed} />
            <History past={all.filter((one) => !isCurrent(one))} />
          </>
        )}
      </Listed>
      <SupportPersonBlock />
    </div>
  );
}

interface PresentProps {
  readonly all: readonly OwnExclusion[];
  readonly onChanged: (said: string) => void;
}

function Present({ all, onChanged }: PresentProps) {
  const { t } = useTranslation();
  const current = all.filter(isCurrent);
  const excluded = () => onChanged(t('protection.saidExcluded'));
  if (current.length === 0) {
    return (
      <>
        <p className="notice">{t('protection.none')}</p>
        <SelfExclusion onExcluded={excluded} />
      </>
    );
  }
  return (
    <>
      {current.map((exclusion) => (
        <Own key={exclusion.id} exclusion={exclusion} onChanged={onChanged} />
      ))}
      {!current.some(({ source }) => source === 'person') && (
        <details className="more">
          <summary>{t('protection.beside')}</summary>
          <SelfExclusion onExcluded={excluded} />
        </details>
      )}
    </>
  );
}

function Own({ exclusion, onChanged }: { exclusion: OwnExclusion } & Pick<PresentProps, 'onChanged'>) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { allowed } = exclusion;
  const extended = ({ endsAt }: ExclusionCycle) =>
    onChanged(
      endsAt === null ? t('protection.saidForGood') : t('protection.saidExtended', { time: moment(endsAt) }),
    );
  const renewal = ({ renews }: ExclusionCycle) =>
    onChanged(t(renews ? 'protection.saidRenews' : 'protection.saidRenewsNot'));
  const returning = (step: ReturnStep, { returnAvailableAt }: ExclusionCycle) =>
    onChanged(
      t(`protection.saidReturn.${step}`, {
        time: returnAvailableAt === null ? '' : moment(returnAvailableAt),
      }),
    );
  return (
    <Standing exclusion={exclusion}>
      <Timeline exclusion={exclusion} />
      <Return exclusion={exclusion} onDone={returning} />
      {allowed.includes('setRenewal') && <Renewal exclusion={exclusion} onDone={renewal} />}
      {allowed.includes('extend') && <Extend key={exclusion.seq} exclusion={exclusion} onDone={extended} />}
    </Standing>
  );
}
