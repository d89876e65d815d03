import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { dayOf } from '../../ui/days.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';

interface LicenceFormProps {
  readonly operator: OperatorDetail;
  readonly onSet: (operator: OperatorDetail) => void;
}

/** Until when the licence is valid. */
export function LicenceForm({ operator, onSet }: LicenceFormProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<OperatorDetail>();
  const errors = useFieldErrors(error);
  const [missing, setMissing] = useState(false);
  const form = useFocusInvalid(error, missing);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [licenceNo, licenceExpiresAt] = [textIn(data, 'licenceNo'), textIn(data, 'licenceExpiresAt')];
    setMissing(licenceExpiresAt === '');
    if (licenceExpiresAt === '') return;
    const input = { operatorId: operator.id, licenceExpiresAt, ...(licenceNo !== '' && { licenceNo }) };
    const set = await run((idempotencyKey) => hub.operators.setLicence(input, { idempotencyKey }));
    if (set !== undefined) onSet(set);
  };
  return (
    <section className="block" aria-labelledby="set-licence">
      <h2 id="set-licence">{t('licence.set')}</h2>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <div className="pair">
          <TextField
            name="licenceNo"
            label={t('licence.number')}
            value={operator.licenceNo}
            error={errors.at('licenceNo')}
          />
          <TextField
            name="licenceExpiresAt"
            type="date"
            label={t('licence.until')}
            value={operator.licenceExpiresAt === null ? undefined : dayOf(operator.licenceExpiresAt)}
            error={missing ? t('field.required') : errors.at('licenceExpiresAt')}
          />
        </div>
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('form.save')}</Submit>
      </form>
    </section>
  );
}
