import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { NewPasswordField, PASSWORD_CHARS_MIN } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Field } from '../../ui/Field.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';

/** Another password; every other session ends with the old one. */
export function Password({ onSaid }: { onSaid: (said: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const [wrong, setWrong] = useState<{ current: boolean; next: boolean }>();
  const form = useFocusInvalid(wrong, error);
  const isRefused = error?.code === 'WRONG_PASSWORD';
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const sheet = event.currentTarget;
    const data = new FormData(sheet);
    const currentPassword = String(data.get('current'));
    const newPassword = String(data.get('password'));
    const seen = { current: currentPassword === '', next: newPassword.length < PASSWORD_CHARS_MIN };
    setWrong(seen);
    if (seen.current || seen.next) return;
    const done = await run(() => hub.identity.changePassword({ currentPassword, newPassword }));
    if (done === undefined) return;
    sheet.reset();
    onSaid(t('security.saidPassword'));
  };
  const problem = wrong?.current
    ? t('signIn.passwordMissing')
    : isRefused
      ? t('errors.WRONG_PASSWORD')
      : undefined;
  return (
    <section className="block" aria-labelledby="password">
      <h2 id="password">{t('signIn.password')}</h2>
      <details className="more">
        <summary>{t('security.changePassword')}</summary>
        <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
          <Field label={t('security.currentPassword')} error={problem}>
            {(described) => (
              <input {...described} name="current" type="password" autoComplete="current-password" />
            )}
          </Field>
          <NewPasswordField label={t('door.newPassword')} tooShort={wrong?.next === true} refusal={error} />
          <p className="hint">{t('security.passwordLead')}</p>
          <Failure error={isRefused ? undefined : error} />
          <div>
            <Submit busy={busy}>{t('security.changePassword')}</Submit>
          </div>
        </form>
      </details>
    </section>
  );
}
