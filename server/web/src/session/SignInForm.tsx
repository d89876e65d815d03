import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { ContactField } from './fields.tsx';
import { ProviderWay } from './ProviderWay.tsx';
import { type Asked, signInOrAsk } from './second-factor.ts';
import type { Session } from './session.ts';
import { byOf, type Wrong, wrongWith } from './sign-in-by.ts';

interface SignInFormProps {
  /** Why somebody is here, in words. */
  readonly notice: string | undefined;
  readonly onSession: (session: Session) => void;
  readonly onAsked: (asked: Asked) => void;
}

export function SignInForm({ notice, onSession, onAsked }: SignInFormProps) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<Session | Asked>();
  const [wrong, setWrong] = useState<{ contact?: Wrong | undefined; password?: boolean }>({});
  const form = useFocusInvalid(wrong);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const contact = String(data.get('email'));
    const password = String(data.get('password'));
    const seen = { contact: wrongWith(contact), password: password === '' };
    setWrong(seen);
    if (seen.contact !== undefined || seen.password) return;
    const done = await run(() => signInOrAsk(byOf(contact), password));
    if (done === undefined) form.current?.querySelector<HTMLElement>('[name=password]')?.focus();
    else if ('challengeId' in done) onAsked(done);
    else onSession(done);
  };
  const isRefused = error?.code === 'UNAUTHENTICATED' || error?.code === 'INVALID_INPUT';

  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <h1 tabIndex={-1}>{t('signIn.title')}</h1>
      {notice !== undefined && error === undefined && (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      <ContactField problem={wrong.contact} />
      <Field label={t('signIn.password')} error={wrong.password ? t('signIn.passwordMissing') : undefined}>
        {(described) => (
          <input {...described} name="password" type="password" autoComplete="current-password" />
        )}
      </Field>
      <Failure error={error}>{isRefused ? t('signIn.wrong') : undefined}</Failure>
      <button className="primary" type="submit" aria-disabled={busy}>
        {busy ? t('signIn.busy') : t('signIn.submit')}
      </button>
      <p className="door-ways">
        <a href="#forgot">{t('door.forgot')}</a>
        <a href="#sign-up">{t('door.signUp')}</a>
        <a href="#invited">{t('door.invited')}</a>
      </p>
      <ProviderWay />
    </form>
  );
}
