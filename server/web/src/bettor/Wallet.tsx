import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useWatch } from '../hub/use-watch.ts';
import { useFormats } from '../ui/format.ts';

/** The balance, as the ledger moves it. */
export function Wallet() {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const { money } = useFormats();
  const [balanceMinor, setBalanceMinor] = useState<string>();
  const fetchBalance = useCallback(() => {
    hub.wallet.get().then(
      (wallet) => setBalanceMinor(wallet.balanceMinor),
      () => setBalanceMinor(undefined),
    );
  }, [hub]);
  useEffect(fetchBalance, [fetchBalance]);
  useWatch(`wallet/${account.id}`, {
    onItem: (item) => {
      if (item.kind === 'event') setBalanceMinor(item.data.balanceMinor);
      else fetchBalance();
    },
  });
  return (
    <section className="block wallet" aria-labelledby="wallet">
      <h2 id="wallet">{t('bettor.wallet')}</h2>
      <p className="figure-value" aria-live="polite" data-balance>
        {balanceMinor === undefined ? t('live.none') : money(balanceMinor)}
      </p>
    </section>
  );
}
