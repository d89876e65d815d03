import type { HubError } from '@kinga/client-sdk';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from './Failure.tsx';
import { Field } from './Field.tsx';
import { Submit } from './Submit.tsx';
import { useFocusInvalid } from './use-focus-invalid.ts';

interface ReasonProps {
  readonly label: string;
  readonly hint?: string;
  readonly submit: string;
  readonly busy: boolean;
  readonly error: HubError | undefined;
  /** Choices above the reason. */
  readonly children?: ReactNode;
  readonly onReason: (reason: string, form: FormData) => void;
  readonly onCancel?: () => void;
}

/** A decision that somebody answers for: nothing is sent without saying why. */
export function Reason({ label, hint, submit, busy, error, children, onReason, onCancel }: ReasonProps) {
  const { t } = useTranslation();
  const [missing, setMissing] = useState<object>();
  const form = useFocusInvalid(missing);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const reason = String(data.get('reason')).trim();
    if (reason === '') return setMissing({});
    setMissing(undefined);
    onReason(reason, data);
  };
  return (
    <form className="sheet reason" ref={form} onSubmit={send} noValidate>
      {children}
      <Field label={label} hint={hint} error={missing && t('field.required')}>
        {(described) => <textarea {...described} name="reason" rows={3} maxLength={4_000} />}
      </Field>
      <Failure error={error} />
      <div className="buttons">
        <Submit busy={busy}>{submit}</Submit>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            {t('form.cancel')}
          </button>
        )}
      </div>
    </form>
  );
}
