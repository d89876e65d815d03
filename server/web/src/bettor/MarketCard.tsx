import type { Market } from '@kinga/shared/markets/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWatch } from '../hub/use-watch.ts';
import { useFormats } from '../ui/format.ts';
import { BetForm } from './BetForm.tsx';

/** One market with its odds as they move. */
export function MarketCard({ market: first }: { market: Market }) {
  const { t } = useTranslation();
  const { moment, money } = useFormats();
  const [market, setMarket] = useState(first);
  useWatch(`markets/${first.id}`, {
    onItem: (item) => {
      const state = item.kind === 'event' ? item.data : item.snapshot;
      if (state !== undefined) setMarket(state);
    },
  });
  const closed = Date.parse(market.closesAt) <= Date.now();
  const time = moment(market.closesAt);
  return (
    <article className="market">
      <h3>{market.question}</h3>
      <p className="hint">{closed ? t('bettor.closed', { time }) : t('bettor.closes', { time })}</p>
      <dl className="odds">
        {(['YES', 'NO'] as const).map((outcome) => {
          const odds = market.odds[outcome];
          return (
            <div key={outcome}>
              <dt>{outcome === 'YES' ? t('bettor.yes') : t('bettor.no')}</dt>
              <dd>
                <b>
                  {odds === null ? t('bettor.noOdds') : t('bettor.odds', { odds: Number(odds).toFixed(2) })}
                </b>
                <small>{t('bettor.pool', { amount: money(market.pools[outcome]) })}</small>
              </dd>
            </div>
          );
        })}
      </dl>
      {!closed && <BetForm market={market} />}
    </article>
  );
}
