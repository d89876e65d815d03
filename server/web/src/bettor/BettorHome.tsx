import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { Heading } from '../ui/Heading.tsx';
import { Helpline } from '../ui/Helpline.tsx';
import { Markets } from './Markets.tsx';
import { Protected } from './Protected.tsx';
import { SelfExclusion } from './SelfExclusion.tsx';
import { Wallet } from './Wallet.tsx';

/** Help first; then, for whoever is not excluded, the wallet and the markets. */
export function BettorHome() {
  const { t } = useTranslation();
  const { exclusion, known, add } = useOwnExclusion();
  return (
    <>
      <Heading lead={<Helpline text="bettor.help" />}>{t('bettor.helpTitle')}</Heading>
      {exclusion !== undefined && <Protected exclusion={exclusion} />}
      <div className="columns">
        {known && exclusion?.status !== 'active' && (
          <div>
            <Wallet />
            <Markets />
          </div>
        )}
        <SelfExclusion onExcluded={add} />
      </div>
    </>
  );
}

/** The own exclusion that lasts longest, if any is not over. */
function useOwnExclusion() {
  const { hub } = useSession();
  const [all, setAll] = useState<readonly Exclusion[]>();
  useEffect(() => {
    hub.exclusions.list().then(
      ({ items }) => setAll(items),
      // Unknown is not "none": the hub itself refuses the bet of an excluded person.
      () => setAll([]),
    );
  }, [hub]);
  const add = useCallback((exclusion: Exclusion) => setAll((known) => [exclusion, ...(known ?? [])]), []);
  const current = (all ?? []).filter(({ status }) => status !== 'ended');
  const exclusion = current.sort((a, b) => rank(b) - rank(a))[0];
  return { exclusion, known: all !== undefined, add };
}

function rank({ status, endsAt }: Exclusion): number {
  const end = endsAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(endsAt);
  return status === 'active' ? end : end - Number.MAX_SAFE_INTEGER;
}
