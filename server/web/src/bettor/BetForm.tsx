import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { Market } from '@kinga/shared/markets/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { minorOf, useFormats } from '../ui/format.ts';

type Bet = OutputOf<Contract['markets']['placeBet']>;

export function BetForm({ market }: { market: Market }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { money } = useFormats();
  const { busy, error, result, run, clear } = useAction<Bet>();
  const [wrong, setWrong] = useState(false);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const stakeMinor = minorOf(String(data.get('stake')));
    setWrong(stakeMinor === undefined);
    clear();
    if (stakeMinor === undefined) return;
    const outcome = data.get('outcome') === 'NO' ? 'NO' : 'YES';
    void run((idempotencyKey) =>
      hub.markets.placeBet({ marketId: market.id, outcome, stakeMinor }, { idempotencyKey }),
    );
  };
  const named = (outcome: Bet['outcome']) => (outcome === 'YES' ? t('bettor.yes') : t('bettor.no'));
  return (
    <form className="bet" onSubmit={submit} noValidate>
      <fieldset>
        <legend className="unseen">{t('bettor.outcome')}</legend>
        <div className="segments">
          {(['YES', 'NO'] as const).map((outcome) => (
            <label key={outcome}>
              <input type="radio" name="outcome" value={outcome} defaultChecked={outcome === 'YES'} />
              <span>{named(outcome)}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Field
        label={t('bettor.stake')}
        hint={t('bettor.stakeHint', { amount: money(market.minStakeMinor) })}
        error={wrong ? t('bettor.stakeWrong') : undefined}
      >
        {(described) => <input {...described} name="stake" inputMode="decimal" autoComplete="off" />}
      </Field>
      <Failure error={error}>{error?.unknownOutcome ? t('bettor.unknown') : undefined}</Failure>
      <p role="status" className="placed">
        {result && t('bettor.placed', { amount: money(result.stakeMinor), outcome: named(result.outcome) })}
      </p>
      <button type="submit" aria-disabled={busy}>
        {busy ? t('bettor.busy') : t('bettor.place')}
      </button>
    </form>
  );
}
