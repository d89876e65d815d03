import type { Market } from '@kinga/shared/markets/contract.ts';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { MarketCard } from './MarketCard.tsx';

export function Markets() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [markets, setMarkets] = useState<readonly Market[]>();
  useEffect(() => {
    hub.markets.list().then(
      ({ items }) => setMarkets(items),
      () => setMarkets([]),
    );
  }, [hub]);
  return (
    <section className="block" aria-labelledby="markets">
      <h2 id="markets">{t('bettor.markets')}</h2>
      {markets?.length === 0 && <p className="empty">{t('bettor.noMarkets')}</p>}
      {markets?.map((market) => (
        <MarketCard key={market.id} market={market} />
      ))}
    </section>
  );
}
