import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { Ground, Petition } from '@kinga/shared/petitions/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { type FieldErrors, useFieldErrors } from '../../register/field-errors.ts';
import { IdentifierLines } from '../../register/IdentifierLines.tsx';
import { PERIOD_DEFAULT, periodOf } from '../../register/PeriodChoice.tsx';
import { identifiersOf, useIdentifiers } from '../../register/use-identifiers.ts';
import { PERIODS } from '../../ui/choices.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Field } from '../../ui/Field.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusHere } from '../../ui/use-focus-here.ts';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { PeriodPicker } from '../protection/PeriodPicker.tsx';
import { canDigest, evidenceOf } from './evidence.ts';

type Filing = InputOf<Contract['petitions']['file']>;
const FAMILY_GROUNDS: readonly Ground[] = [
  'seriousFinancialHardship',
  'riskToDependants',
  'cannotMakeInformedDecisions',
];

interface FileFormProps {
  readonly onFiled: () => void;
  readonly onCancel: () => void;
}

interface Wrong {
  readonly ground: boolean;
  readonly statement: boolean;
}

/** Family asks for the exclusion of somebody close. */
export function FileForm({ onFiled, onCancel }: FileFormProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Petition>();
  const lines = useIdentifiers({ type: 'phone', value: '' });
  const errors = useFieldErrors(error);
  const [wrong, setWrong] = useState<Wrong>();
  const form = useFocusInvalid(wrong, error);
  const title = useFocusHere<HTMLHeadingElement>();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const ground = FAMILY_GROUNDS.find((one) => one === data.get('ground'));
    const statement = textIn(data, 'statement');
    setWrong({ ground: ground === undefined, statement: statement === '' });
    if (ground === undefined || statement === '') return;
    const filed = await run(async (idempotencyKey) => {
      const input: Filing = {
        source: 'family',
        ground,
        period: periodOf(data),
        identifiers: identifiersOf(lines.lines),
        statement,
        evidence: await evidenceOf(data),
        ...detailsOf(data),
      };
      return await hub.petitions.file(input, { idempotencyKey });
    });
    if (filed !== undefined) onFiled();
  };
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <h2 tabIndex={-1} ref={title}>
        {t('others.file')}
      </h2>
      <fieldset>
        <legend>{t('others.who')}</legend>
        <IdentifierLines lines={lines} errors={errors} hint={t('others.whoHint')} />
      </fieldset>
      <About errors={errors} />
      <Grounds isMissing={wrong?.ground === true} />
      <Statement isMissing={wrong?.statement === true} errors={errors} />
      <PeriodPicker periods={PERIODS} first={PERIOD_DEFAULT} kind="other" />
      <Failure error={error}>
        {errors.any ? t('field.summary') : error?.unknownOutcome ? t('form.unknown') : undefined}
      </Failure>
      <div className="buttons">
        <Submit busy={busy}>{t('others.submit')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}

function About({ errors }: { errors: FieldErrors }) {
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

function Grounds({ isMissing }: { isMissing: boolean }) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend>{t('others.ground')}</legend>
      <div className="choices">
        {FAMILY_GROUNDS.map((ground) => (
          <label key={ground}>
            <input type="radio" name="ground" value={ground} aria-invalid={isMissing || undefined} />
            <span>{t(`others.grounds.${ground}`)}</span>
          </label>
        ))}
      </div>
      {isMissing && <p className="field-error">{t('others.groundMissing')}</p>}
    </fieldset>
  );
}

function Statement({ isMissing, errors }: { isMissing: boolean; errors: FieldErrors }) {
  const { t } = useTranslation();
  const [urgent, setUrgent] = useState(false);
  return (
    <>
      <Field
        label={t('others.statement')}
        hint={t('others.statementHint')}
        error={isMissing ? t('field.required') : errors.at('statement')}
      >
        {(described) => <textarea {...described} name="statement" rows={4} maxLength={4_000} />}
      </Field>
      {canDigest && (
        <Field label={t('others.evidence')} hint={t('others.evidenceHint')} error={errors.at('evidence')}>
          {(described) => <input {...described} name="evidence" type="file" multiple />}
        </Field>
      )}
      <div className="choices">
        <label>
          <input type="checkbox" checked={urgent} onChange={(event) => setUrgent(event.target.checked)} />
          <span>{t('others.urgent')}</span>
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

/** Fields left empty are not sent at all. */
function detailsOf(data: FormData): Pick<Filing, 'person' | 'provisional'> {
  const [name, dateOfBirth, urgent] = ['name', 'dateOfBirth', 'urgent'].map((field) => textIn(data, field));
  const person = { ...(name && { name }), ...(dateOfBirth && { dateOfBirth }) };
  return {
    ...(Object.keys(person).length > 0 && { person }),
    ...(urgent && { provisional: { grounds: urgent } }),
  };
}
