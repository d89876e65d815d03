import type { Operator } from '@kinga/shared/operators/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';

/** An administrator enters an operator that needs no application. */
export function EnterOperator() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Operator>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const input = {
      name: textIn(data, 'name'),
      licenceNo: textIn(data, 'licenceNo'),
      contactEmail: textIn(data, 'contactEmail'),
    };
    const made = await run((idempotencyKey) => hub.operators.create(input, { idempotencyKey }));
    if (made !== undefined) goTo('operators', made.id);
  };
  return (
    <details className="more">
      <summary>{t('operators.enter')}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField name="name" label={t('apply.name')} error={errors.at('name')} />
        <div className="pair">
          <TextField name="licenceNo" label={t('apply.licenceNo')} error={errors.at('licenceNo')} />
          <TextField
            name="contactEmail"
            label={t('apply.contactEmail')}
            inputMode="email"
            error={errors.at('contactEmail')}
          />
        </div>
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('operators.enter')}</Submit>
      </form>
    </details>
  );
}
