import type { HubError } from '@kinga/client-sdk';
import type { InputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type FieldErrors, useFieldErrors } from '../../register/field-errors.ts';
import { IdentifierLines } from '../../register/IdentifierLines.tsx';
import { identifiersOf, useIdentifiers } from '../../register/use-identifiers.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField, TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';

export type Search = InputOf<Contract['exclusions']['findPeople']>;

const WAYS = ['identifiers', 'person', 'reference'] as const;
type Way = (typeof WAYS)[number];

interface FindFormProps {
  readonly busy: boolean;
  readonly error: HubError | undefined;
  readonly onSearch: (search: Search) => void;
}

/** By what a person is known by, by name and date of birth, or by the reference they quote. */
export function FindForm({ busy, error, onSearch }: FindFormProps) {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way>('identifiers');
  const lines = useIdentifiers({ type: 'nationalId', value: '' });
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    if (way === 'identifiers') onSearch({ identifiers: identifiersOf(lines.lines) });
    else if (way === 'reference') onSearch({ reference: textIn(data, 'reference') });
    else onSearch({ person: { name: textIn(data, 'name'), dateOfBirth: textIn(data, 'dateOfBirth') } });
  };
  return (
    <form className="sheet" ref={form} onSubmit={submit} noValidate>
      <ChoiceField
        name="way"
        label={t('people.by')}
        choices={WAYS}
        text={(choice) => t(`people.ways.${choice}`)}
        onChoice={(choice) => setWay(choice ?? 'identifiers')}
      />
      {way === 'identifiers' && <IdentifierLines lines={lines} errors={errors} hint={t('people.findHint')} />}
      {way === 'person' && <NameFields errors={errors} />}
      {way === 'reference' && (
        <TextField
          name="reference"
          label={t('people.reference')}
          hint={t('people.referenceHint')}
          error={errors.at('reference')}
        />
      )}
      <Failure error={errors.any ? undefined : error} />
      <Submit busy={busy}>{t('people.find')}</Submit>
    </form>
  );
}

function NameFields({ errors }: { errors: FieldErrors }) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        name="name"
        label={t('register.name')}
        hint={t('people.nameHint')}
        error={errors.at('person.name')}
        maxLength={120}
      />
      <TextField
        name="dateOfBirth"
        label={t('register.dateOfBirth')}
        hint={t('people.dateHint')}
        error={errors.at('person.dateOfBirth')}
        maxLength={10}
      />
    </>
  );
}
