import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import { type FormEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { SOURCES } from '../ui/choices.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { Heading } from '../ui/Heading.tsx';
import { type FieldErrors, useFieldErrors } from './field-errors.ts';
import { IdentifierLines } from './IdentifierLines.tsx';
import { PeriodChoice, periodOf } from './PeriodChoice.tsx';
import { Registered } from './Registered.tsx';
import { identifiersOf, useIdentifiers } from './use-identifiers.ts';

type RegisterInput = InputOf<Contract['exclusions']['register']>;

/** Staff register an exclusion for somebody. */
export function RegisterPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run, clear } = useAction<Exclusion>();
  const lines = useIdentifiers({ type: 'nationalId', value: '' });
  const errors = useFieldErrors(error);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (error !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input: RegisterInput = {
      ...detailsOf(new FormData(event.currentTarget)),
      identifiers: identifiersOf(lines.lines),
    };
    void run((idempotencyKey) => hub.exclusions.register(input, { idempotencyKey }));
  };
  const another = () => {
    lines.reset();
    clear();
  };

  return (
    <>
      <Heading lead={t('register.lead')}>{t('register.title')}</Heading>
      {result === undefined ? (
        <form className="sheet" ref={form} onSubmit={submit} noValidate>
          <fieldset>
            <legend>{t('register.identifiers')}</legend>
            <IdentifierLines lines={lines} errors={errors} hint={t('register.identifiersHint')} />
          </fieldset>
          <PeriodChoice />
          <Details errors={errors} />
          <Failure error={error}>
            {errors.any ? t('field.summary') : error?.unknownOutcome ? t('register.unknown') : undefined}
          </Failure>
          <button className="primary" type="submit" aria-disabled={busy}>
            {busy ? t('register.busy') : t('register.submit')}
          </button>
        </form>
      ) : (
        <Registered exclusion={result} onAnother={another} />
      )}
    </>
  );
}

function Details({ errors }: { errors: FieldErrors }) {
  const { t } = useTranslation();
  return (
    <>
      <Field label={t('register.source')} error={errors.at('source')}>
        {(described) => (
          <select {...described} name="source">
            {SOURCES.map((source) => (
              <option key={source} value={source}>
                {t(`register.sources.${source}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <details
        className="more"
        open={['startsAt', 'reason', 'person.name', 'person.dateOfBirth'].some(errors.at) || undefined}
      >
        <summary>{t('register.more')}</summary>
        <div className="pair">
          <Field label={t('register.name')} error={errors.at('person.name')}>
            {(described) => <input {...described} name="name" autoComplete="off" />}
          </Field>
          <Field label={t('register.dateOfBirth')} error={errors.at('person.dateOfBirth')}>
            {(described) => <input {...described} name="dateOfBirth" type="date" />}
          </Field>
        </div>
        <Field label={t('register.startsAt')} hint={t('register.startsAtHint')} error={errors.at('startsAt')}>
          {(described) => <input {...described} name="startsAt" type="date" />}
        </Field>
        <Field label={t('register.reason')} error={errors.at('reason')}>
          {(described) => <textarea {...described} name="reason" rows={3} />}
        </Field>
      </details>
    </>
  );
}

/** Fields left empty are not sent at all. */
function detailsOf(data: FormData): Omit<RegisterInput, 'identifiers'> {
  const text = (name: string) => String(data.get(name) ?? '').trim();
  const [name, dateOfBirth, startsAt, reason] = ['name', 'dateOfBirth', 'startsAt', 'reason'].map(text);
  const person = { ...(name && { name }), ...(dateOfBirth && { dateOfBirth }) };
  return {
    period: periodOf(data),
    source: SOURCES.find((source) => source === text('source')) ?? 'person',
    ...(startsAt && { startsAt }),
    ...(reason && { reason }),
    ...(Object.keys(person).length > 0 && { person }),
  };
}
