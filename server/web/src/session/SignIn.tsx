import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { Helpline } from '../ui/Helpline.tsx';
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx';
import { Mark } from '../ui/Mark.tsx';
import { type Session, signIn } from './session.ts';

interface SignInProps {
  readonly ended: boolean;
  readonly onSession: (session: Session) => void;
}

export function SignIn({ ended, onSession }: SignInProps) {
  const { t } = useTranslation();
  return (
    <div className="door">
      <header className="door-head">
        <span className="brand">
          <Mark />
          {t('app.name')}
        </span>
        <LanguageSwitch />
      </header>
      <main className="door-main">
        <div className="door-words">
          <p className="eyebrow">{t('app.tagline')}</p>
          <p className="door-lead">{t('signIn.lead')}</p>
          <Helpline text="signIn.help" />
        </div>
        <SignInForm ended={ended} onSession={onSession} />
      </main>
    </div>
  );
}

function SignInForm({ ended, onSession }: SignInProps) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<Session>();
  const [missing, setMissing] = useState<{ email?: boolean; password?: boolean }>({});
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const email = String(data.get('email')).trim();
    const password = String(data.get('password'));
    const wanting = { email: !/^\S+@\S+$/.test(email), password: password === '' };
    setMissing(wanting);
    if (wanting.email || wanting.password) {
      focusOn(form.current, wanting.email ? 'email' : 'password');
      return;
    }
    const session = await run(() => signIn(email, password));
    if (session !== undefined) onSession(session);
    else focusOn(form.current, 'password');
  };

  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <h1>{t('signIn.title')}</h1>
      {ended && error === undefined && (
        <p className="notice" role="status">
          {t('signIn.ended')}
        </p>
      )}
      <Field label={t('signIn.email')} error={missing.email ? t('signIn.emailMissing') : undefined}>
        {(described) => (
          <input {...described} name="email" type="email" autoComplete="username" autoCapitalize="none" />
        )}
      </Field>
      <Field label={t('signIn.password')} error={missing.password ? t('signIn.passwordMissing') : undefined}>
        {(described) => (
          <input {...described} name="password" type="password" autoComplete="current-password" />
        )}
      </Field>
      <Failure error={error}>
        {error?.code === 'UNAUTHENTICATED' || error?.code === 'INVALID_INPUT' ? t('signIn.wrong') : undefined}
      </Failure>
      <button className="primary" type="submit" aria-disabled={busy}>
        {busy ? t('signIn.busy') : t('signIn.submit')}
      </button>
    </form>
  );
}

function focusOn(form: HTMLFormElement | null, name: string): void {
  form?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.focus();
}
