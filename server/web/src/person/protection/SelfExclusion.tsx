import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { PERIOD_DEFAULT, periodOf } from '../../register/PeriodChoice.tsx';
import { PERIODS } from '../../ui/choices.ts';
import { Failure } from '../../ui/Failure.tsx';
import { PeriodPicker } from './PeriodPicker.tsx';
import { type OwnIdentity, useOwnIdentity } from './use-own-identity.ts';

/** One press, in force at once: the form asks for nothing that could wait. */
export function SelfExclusion({ onExcluded }: { onExcluded: (exclusion: Exclusion) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Exclusion>();
  const own = useOwnIdentity();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const period = periodOf(new FormData(event.currentTarget));
    const excluded = await run(async (idempotencyKey) => {
      const { identifiers, person } = own.known ?? (await own.ask());
      const input = { identifiers, period, source: 'person', person } as const;
      return await hub.exclusions.register(input, { idempotencyKey });
    });
    if (excluded !== undefined) onExcluded(excluded);
  };
  return (
    <section aria-labelledby="self">
      <form className="sheet" onSubmit={(event) => void submit(event)} noValidate>
        <h2 id="self">{t('bettor.selfTitle')}</h2>
        <PeriodPicker periods={PERIODS} first={PERIOD_DEFAULT} />
        <KnownAs own={own.known} />
        <Failure error={error}>{error?.unknownOutcome ? t('register.unknown') : undefined}</Failure>
        <button className="primary" type="submit" aria-disabled={busy}>
          {busy ? t('register.busy') : t('bettor.selfSubmit')}
        </button>
      </form>
    </section>
  );
}

/** By any of these the operators find them; more of it protects better. */
function KnownAs({ own }: { own: OwnIdentity | undefined }) {
  const { t } = useTranslation();
  return (
    <div className="known-as">
      <h3>{t('bettor.selfIdentifiers')}</h3>
      <ul>
        {own?.identifiers.map(({ type, value }) => (
          <li key={`${type} ${value}`}>
            <span>{t(`register.types.${type}`)}</span> <b>{value}</b>
          </li>
        ))}
      </ul>
      <p className="hint">
        {t('bettor.selfHint')} <a href="#identity">{t('bettor.selfAdd')}</a>
      </p>
    </div>
  );
}
