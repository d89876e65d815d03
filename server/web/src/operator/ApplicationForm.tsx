import type { Application } from '@kinga/shared/operators/onboarding.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { Documents, type GivenDocument } from './Documents.tsx';

interface ApplicationFormProps {
  /** One that wants more information: what is sent is its new version. */
  readonly before?: Application;
  readonly onApplied: (application: Application) => void;
}

/** Who wants to be an operator, with the documents that say so. */
export function ApplicationForm({ before, onApplied }: ApplicationFormProps) {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const { busy, error, run } = useAction<Application>();
  const errors = useFieldErrors(error);
  const [documents, setDocuments] = useState<readonly GivenDocument[]>(before?.documents ?? []);
  const form = useFocusInvalid(error);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [contactPhone, website] = [textIn(data, 'contactPhone'), textIn(data, 'website')];
    const input = {
      ...(before && { id: before.id }),
      name: textIn(data, 'name'),
      licenceNo: textIn(data, 'licenceNo'),
      contactEmail: textIn(data, 'contactEmail'),
      ...(contactPhone !== '' && { contactPhone }),
      ...(website !== '' && { website }),
      documents: documents.map(({ kind, sha256, mediaType, sizeBytes }) => ({
        kind,
        sha256,
        mediaType,
        sizeBytes,
      })),
    };
    const applied = await run((idempotencyKey) => hub.operators.apply(input, { idempotencyKey }));
    if (applied !== undefined) onApplied(applied);
  };
  const field = (name: 'name' | 'licenceNo' | 'contactEmail' | 'contactPhone' | 'website') => ({
    name,
    label: t(`apply.${name}`),
    value: before?.[name] ?? (name === 'contactEmail' ? (account.email ?? undefined) : undefined),
    error: errors.at(name),
  });

  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <TextField {...field('name')} />
      <TextField {...field('licenceNo')} />
      <div className="pair">
        <TextField {...field('contactEmail')} inputMode="email" />
        <TextField {...field('contactPhone')} inputMode="tel" />
      </div>
      <TextField {...field('website')} inputMode="url" />
      <Documents documents={documents} error={errors.at('documents')} onDocuments={setDocuments} />
      <Failure error={errors.any ? undefined : error} />
      <Submit busy={busy}>{t('apply.submit')}</Submit>
    </form>
  );
}
