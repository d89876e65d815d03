import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { isMalformed } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import type { Profile } from './Levels.tsx';

interface NationalIdFormProps {
  readonly profile: Profile;
  readonly known: string | undefined;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

interface Wrong {
  readonly nationalId: boolean;
  readonly name: boolean;
  readonly dateOfBirth: boolean;
}

/** The three things the national registry compares. */
export function NationalIdForm({ profile, known, onDone, onCancel }: NationalIdFormProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const [wrong, setWrong] = useState<Wrong>();
  const form = useFocusInvalid(wrong, error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const nationalId = textIn(data, 'nationalId');
    const name = textIn(data, 'name');
    const dateOfBirth = textIn(data, 'dateOfBirth');
    const seen = { nationalId: nationalId === '', name: name === '', dateOfBirth: dateOfBirth === '' };
    setWrong(seen);
    if (seen.nationalId || seen.name || seen.dateOfBirth) return;
    const done = await run(() => hub.identity.verifyNationalId({ nationalId, name, dateOfBirth }));
    if (done !== undefined) onDone();
  };
  // The hub answered, so it is the registry behind it that did not.
  const isAway = error?.code === 'UNAVAILABLE' && error.requestId !== undefined;
  const isWrong = (path: keyof Wrong) => wrong?.[path] === true || isMalformed(error, path);
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <TextField
        name="nationalId"
        label={t('register.types.nationalId')}
        value={known}
        inputMode="numeric"
        error={isWrong('nationalId') ? t('field.nationalId') : undefined}
        maxLength={40}
      />
      <TextField
        name="name"
        label={t('identity.fullName')}
        hint={t('identity.asOnCard')}
        value={profile.name ?? undefined}
        error={isWrong('name') ? t('field.required') : undefined}
      />
      <TextField
        name="dateOfBirth"
        label={t('register.dateOfBirth')}
        type="date"
        value={profile.dateOfBirth ?? undefined}
        error={isWrong('dateOfBirth') ? t('identity.noDate') : undefined}
      />
      <Failure error={error}>
        {error?.code === 'INVALID_INPUT'
          ? t('field.summary')
          : isAway
            ? t('identity.registryAway')
            : undefined}
      </Failure>
      <div className="buttons">
        <Submit busy={busy}>{t('identity.compare')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}
