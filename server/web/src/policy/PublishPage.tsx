import type { PolicyDocument } from '@kinga/shared/policy/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../app/use-route.ts';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useLoad } from '../hub/use-load.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { Submit } from '../ui/Submit.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { edited, leavesOf, partsOf } from './leaves.ts';
import { SectionFields } from './SectionFields.tsx';
import { valuesIn } from './values-in.ts';

/** A new version: the one in force, edited. */
export function PublishPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const current = useLoad(() => hub.policy.current({}), [hub]);
  return (
    <>
      <p className="way-back">
        <a href="#policy">{t('policy.title')}</a>
      </p>
      <Heading lead={t('policy.publishLead')}>{t('policy.publish')}</Heading>
      <Shown of={current}>{(document) => <Editor key={document.version} base={document} />}</Shown>
    </>
  );
}

function Editor({ base }: { base: PolicyDocument }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<PolicyDocument>();
  const errors = useFieldErrors(error);
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  const [noteMissing, setNoteMissing] = useState(false);
  const [changed, setChanged] = useState(0);
  const form = useFocusInvalid(error, wrong);
  const parts = partsOf(base.values);
  const before = leavesOf(parts);
  const at = (path: string) => (wrong.has(path) ? t('policy.notANumber') : errors.at(`values.${path}`));

  const count = (event: FormEvent<HTMLFormElement>) => {
    const { values } = valuesIn(event.currentTarget, before);
    const after = leavesOf(partsOf(edited(base.values, values)));
    setChanged([...after].filter(([path, value]) => before.get(path) !== value).length);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const { values, wrong: unreadable } = valuesIn(event.currentTarget, before);
    const data = new FormData(event.currentTarget);
    const [note, startsAt] = [textIn(data, 'note'), textIn(data, 'startsAt')];
    setWrong(unreadable);
    setNoteMissing(note === '');
    if (unreadable.size > 0 || note === '') return;
    const input = { values: edited(base.values, values), note, ...(startsAt !== '' && { startsAt }) };
    const published = await run((idempotencyKey) => hub.policy.publish(input, { idempotencyKey }));
    if (published !== undefined) goTo('policy', String(published.version));
  };

  return (
    <form
      className="policy-form"
      ref={form}
      onSubmit={(event) => void submit(event)}
      onChange={count}
      noValidate
    >
      {parts.map((part) => (
        <SectionFields key={part.path} part={part} at={at} />
      ))}
      <div className="sheet">
        <TextField
          name="startsAt"
          type="date"
          label={t('policy.starts')}
          hint={t('policy.startsHint')}
          error={errors.at('startsAt')}
        />
        <Field
          label={t('policy.note')}
          hint={t('policy.noteHint')}
          error={noteMissing ? t('field.required') : errors.at('note')}
        >
          {(described) => <textarea {...described} name="note" rows={3} maxLength={4_000} />}
        </Field>
        <p role="status">{changed > 0 ? t('policy.changed', { count: changed }) : t('policy.unchanged')}</p>
        <Failure error={error}>{errors.any ? t('field.summary') : undefined}</Failure>
        <Submit busy={busy}>{t('policy.publish')}</Submit>
      </div>
    </form>
  );
}
