import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { IdentifierLines } from '../register/IdentifierLines.tsx';
import { PeriodChoice, periodOf } from '../register/PeriodChoice.tsx';
import { identifiersOf, useIdentifiers } from '../register/use-identifiers.ts';
import { Failure } from '../ui/Failure.tsx';

/** One press, in force at once: the form asks for nothing that could wait. */
export function SelfExclusion({ onExcluded }: { onExcluded: (exclusion: Exclusion) => void }) {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const { busy, error, run } = useAction<Exclusion>();
  const lines = useIdentifiers({ type: 'email', value: account.email });
  const errors = useFieldErrors(error);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = {
      identifiers: identifiersOf(lines.lines),
      period: periodOf(new FormData(event.currentTarget)),
      source: 'person',
    } as const;
    const excluded = await run((idempotencyKey) => hub.exclusions.register(input, { idempotencyKey }));
    if (excluded !== undefined) onExcluded(excluded);
  };
  return (
    <section aria-labelledby="self">
      <form className="sheet" onSubmit={(event) => void submit(event)} noValidate>
        <div>
          <h2 id="self">{t('bettor.selfTitle')}</h2>
          <p className="hint">{t('bettor.selfLead')}</p>
        </div>
        <PeriodChoice />
        <fieldset>
          <legend>{t('bettor.selfIdentifiers')}</legend>
          <IdentifierLines lines={lines} errors={errors} hint={t('bettor.selfHint')} />
        </fieldset>
        <Failure error={error}>
          {errors.any ? t('field.summary') : error?.unknownOutcome ? t('register.unknown') : undefined}
        </Failure>
        <button className="primary" type="submit" aria-disabled={busy}>
          {busy ? t('register.busy') : t('bettor.selfSubmit')}
        </button>
      </form>
    </section>
  );
}
