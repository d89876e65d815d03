import { useTranslation } from 'react-i18next';
import { SelfExclusion } from '../person/protection/SelfExclusion.tsx';
import { Standing } from '../person/protection/Standing.tsx';
import { longest, useMine } from '../person/protection/use-mine.ts';
import { Heading } from '../ui/Heading.tsx';
import { Helpline } from '../ui/Helpline.tsx';
import { Markets } from './Markets.tsx';
import { Wallet } from './Wallet.tsx';

/** Help first; then, for whoever is not excluded, the wallet and the markets. */
export function BettorHome() {
  const { t } = useTranslation();
  const mine = useMine();
  const exclusion = longest(mine.items ?? []);
  // Unknown is not "none", and yet no reason to show nothing: the hub itself refuses the bet of an excluded person.
  const isKnown = mine.items !== undefined || mine.error !== undefined;
  return (
    <div className="person">
      <Heading lead={<Helpline text="bettor.help" />}>{t('bettor.helpTitle')}</Heading>
      <div role="status">
        {exclusion !== undefined && (
          <Standing exclusion={exclusion}>
            <p>
              <a href="#protection">{t('protection.toPage')}</a>
            </p>
          </Standing>
        )}
      </div>
      <div className="columns">
        {isKnown && exclusion?.status !== 'active' && (
          <div>
            <Wallet />
            <Markets />
          </div>
        )}
        {isKnown && exclusion === undefined && <SelfExclusion onExcluded={mine.reload} />}
      </div>
    </div>
  );
}
