import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { IDENTIFIER_TYPES } from '../../ui/choices.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Reason } from '../../ui/Reason.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField, TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { typeKey } from './words.ts';

interface CorrectionProps {
  readonly person: RegisteredPerson;
  readonly onDone: () => void;
}

/** The name or the date of birth, as they really are. */
export function CorrectPerson({ person, onDone }: CorrectionProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [name, dateOfBirth] = [textIn(data, 'name'), textIn(data, 'dateOfBirth')];
    const input = {
      personId: person.id,
      ...(name !== '' && { name }),
      ...(dateOfBirth !== '' && { dateOfBirth }),
    };
    const done = await run((idempotencyKey) => hub.exclusions.correctPerson(input, { idempotencyKey }));
    if (done !== undefined) onDone();
  };
  return (
    <details className="more">
      <summary>{t('people.correct')}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          name="name"
          label={t('register.name')}
          value={person.name ?? ''}
          error={errors.at('name')}
        />
        <TextField
          name="dateOfBirth"
          label={t('register.dateOfBirth')}
          hint={t('people.dateHint')}
          value={person.dateOfBirth ?? ''}
          maxLength={10}
          error={errors.at('dateOfBirth')}
        />
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('form.save')}</Submit>
      </form>
    </details>
  );
}

/** Something else they are known by: their exclusions hold for it at once. */
export function AddIdentifier({ person, onDone }: CorrectionProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const wrong = useFieldErrors(error).any;
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const type = IDENTIFIER_TYPES.find((choice) => choice === data.get('type')) ?? 'nationalId';
    const input = { personId: person.id, identifier: { type, value: textIn(data, 'value') } };
    const done = await run((idempotencyKey) => hub.exclusions.addIdentifier(input, { idempotencyKey }));
    if (done !== undefined) onDone();
  };
  return (
    <details className="more">
      <summary>{t('people.add')}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <div className="pair">
          <ChoiceField
            name="type"
            label={t('accounts.identifierType')}
            choices={IDENTIFIER_TYPES}
            text={(choice) => t(`register.types.${choice}`)}
          />
          <TextField
            name="value"
            label={t('accounts.identifier')}
            maxLength={320}
            error={wrong ? t('field.other') : undefined}
          />
        </div>
        <Failure error={wrong ? undefined : error} />
        <Submit busy={busy}>{t('people.add')}</Submit>
      </form>
    </details>
  );
}

/** Not theirs after all. */
export function RemoveIdentifier({ person, onDone }: CorrectionProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const nameOf = ({ type, value }: { type: string; value: string }) => `${t(typeKey(type))} ${value}`;
  const remove = async (reason: string, data: FormData) => {
    const known = person.identifiers.find((candidate) => nameOf(candidate) === data.get('identifier'));
    const type = IDENTIFIER_TYPES.find((choice) => choice === known?.type);
    if (known === undefined || type === undefined) return;
    const identifier: Identifier = { type, value: known.value };
    const input = { personId: person.id, identifier, reason };
    const done = await run((idempotencyKey) => hub.exclusions.removeIdentifier(input, { idempotencyKey }));
    if (done !== undefined) onDone();
  };
  return (
    <details className="more">
      <summary>{t('people.removeOne')}</summary>
      <Reason
        label={t('people.reason')}
        submit={t('people.removeOne')}
        busy={busy}
        error={error}
        onReason={(reason, data) => void remove(reason, data)}
      >
        <ChoiceField
          name="identifier"
          label={t('accounts.identifier')}
          choices={person.identifiers.map(nameOf)}
          text={(choice) => choice}
        />
      </Reason>
    </details>
  );
}
