import type { Ground } from '@kinga/shared/petitions/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldErrors } from '../register/field-errors.ts';
import { Field } from '../ui/Field.tsx';
import { TextField } from '../ui/TextField.tsx';
import { groundKey } from './words.ts';

/** What is missing, as the form itself sees it. */
export interface Wrong {
  readonly ground: boolean;
  readonly statement: boolean;
  readonly customerId: boolean;
}

interface FieldsProps {
  readonly wrong?: Wrong | undefined;
  readonly errors: FieldErrors;
}

export function About({ errors }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <div className="pair">
      <TextField name="name" label={t('others.theirName')} error={errors.at('person.name')} />
      <TextField
        name="dateOfBirth"
        label={t('others.theirBirth')}
        type="date"
        error={errors.at('person.dateOfBirth')}
      />
    </div>
  );
}

/** The operator's own name for somebody, by which it finds the account again. */
export function Customer({ wrong, errors }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <TextField
      name="customerId"
      label={t('others.customer')}
      hint={t('others.customerHint')}
      error={wrong?.customerId ? t('field.required') : errors.at('customerId')}
    />
  );
}

export function Grounds({ grounds, wrong, errors }: FieldsProps & { grounds: readonly Ground[] }) {
  const { t } = useTranslation();
  const problem = wrong?.ground ? t('others.groundMissing') : errors.at('ground');
  return (
    <fieldset>
      <legend>{t('others.ground')}</legend>
      <div className="choices">
        {grounds.map((ground) => (
          <label key={ground}>
            <input
              type="radio"
              name="ground"
              value={ground}
              aria-invalid={problem !== undefined || undefined}
            />
            <span>{t(groundKey(ground))}</span>
          </label>
        ))}
      </div>
      {problem !== undefined && <p className="field-error">{problem}</p>}
    </fieldset>
  );
}

export function Statement({ wrong, errors }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('others.statement')}
      hint={t('others.statementHint')}
      error={wrong?.statement ? t('field.required') : errors.at('statement')}
    >
      {(described) => <textarea {...described} name="statement" rows={4} maxLength={4_000} />}
    </Field>
  );
}

export function Urgency({ label, errors }: FieldsProps & { label: string }) {
  const { t } = useTranslation();
  const [urgent, setUrgent] = useState(false);
  return (
    <>
      <div className="choices">
        <label>
          <input type="checkbox" checked={urgent} onChange={(event) => setUrgent(event.target.checked)} />
          <span>{label}</span>
        </label>
      </div>
      {urgent && (
        <Field label={t('others.urgentWhy')} error={errors.at('provisional.grounds')}>
          {(described) => <textarea {...described} name="urgent" rows={3} maxLength={4_000} />}
        </Field>
      )}
    </>
  );
}
