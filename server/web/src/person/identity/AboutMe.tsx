import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { LANGUAGES } from '../../i18n/index.ts';
import { isMalformed } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField, TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import type { Profile } from './Levels.tsx';

const LOCALES = ['en', 'sw'] as const;

/** Name, date of birth, and the language of what is written to them. What the registry has confirmed stays. */
export function AboutMe({ profile, onChanged }: { profile: Profile; onChanged: (said: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Profile>();
  const [tried, setTried] = useState<object>();
  const form = useFocusInvalid(tried, error);
  const isProved = profile.verifiedAt.nationalId !== null;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried({});
    const data = new FormData(event.currentTarget);
    const name = textIn(data, 'name');
    const dateOfBirth = textIn(data, 'dateOfBirth');
    const locale = LOCALES.find((known) => known === textIn(data, 'locale')) ?? profile.locale;
    const input = { locale, ...(name && { name }), ...(dateOfBirth && { dateOfBirth }) };
    const changed = await run(() => hub.identity.updateProfile(input));
    if (changed !== undefined) onChanged(t('form.saved'));
  };
  return (
    <section className="block" aria-labelledby="about">
      <h2 id="about">{t('identity.about')}</h2>
      {isProved && (
        <p>
          <b>{profile.name}</b>, {profile.dateOfBirth}{' '}
          <span className="hint">{t('identity.fromRegistry')}</span>
        </p>
      )}
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        {!isProved && (
          <div className="pair">
            <TextField name="name" label={t('identity.fullName')} value={profile.name ?? undefined} />
            <TextField
              name="dateOfBirth"
              label={t('register.dateOfBirth')}
              type="date"
              value={profile.dateOfBirth ?? undefined}
              error={isMalformed(error, 'dateOfBirth') ? t('identity.noDate') : undefined}
            />
          </div>
        )}
        <ChoiceField
          name="locale"
          label={t('identity.messagesIn')}
          value={profile.locale}
          choices={LOCALES}
          text={(locale) => LANGUAGES[locale]}
        />
        <Failure error={error} />
        <div>
          <Submit busy={busy}>{t('form.save')}</Submit>
        </div>
      </form>
    </section>
  );
}
