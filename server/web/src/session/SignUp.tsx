import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { CodeStep } from './CodeStep.tsx';
import { ContactField, contactProblem, NewPasswordField, PASSWORD_CHARS_MIN } from './fields.tsx';
import { anonymously, type Session, signIn } from './session.ts';
import { byOf, type SignInBy, textOf, type Wrong, wrongWith } from './sign-in-by.ts';

interface Applied {
  readonly by: SignInBy;
  readonly password: string;
  readonly challengeId: string;
}

type As = 'person' | 'operator';

interface SignUpProps {
  readonly as: As;
  readonly onSession: (session: Session) => void;
}

/** Two things to type and a code: whoever needs protection needs no more than that. */
export function SignUp({ as, onSession }: SignUpProps) {
  const [applied, setApplied] = useState<Applied>();
  const apply = useApplication(as);
  if (applied === undefined) return <Application as={as} apply={apply} onApplied={setApplied} />;
  const { by, password, challengeId } = applied;
  const finish = async (code: string) => {
    await anonymously((hub) => hub.identity.verifyContact({ challengeId, code }));
    return await signIn(by, password);
  };
  const again = async () => setApplied(await apply(by, password));
  return (
    <CodeStep
      kind="signUp"
      to={textOf(by)}
      finish={finish}
      again={again}
      onDone={onSession}
      onBack={() => setApplied(undefined)}
    />
  );
}

function useApplication(as: As): (by: SignInBy, password: string) => Promise<Applied> {
  const { i18n } = useTranslation();
  const locale = i18n.language === 'sw' ? 'sw' : 'en';
  return async (by, password) => {
    const sent = await anonymously((hub) => hub.identity.register({ ...by, password, locale, as }));
    return { by, password, challengeId: sent.challengeId };
  };
}

interface ApplicationProps {
  readonly as: As;
  readonly apply: (by: SignInBy, password: string) => Promise<Applied>;
  readonly onApplied: (applied: Applied) => void;
}

function Application({ as, apply, onApplied }: ApplicationProps) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<Applied>();
  const [wrong, setWrong] = useState<{ contact?: Wrong | undefined; password?: boolean }>({});
  const problem = contactProblem(wrong.contact, error);
  const form = useFocusInvalid(wrong, error);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const contact = String(data.get('email'));
    const password = String(data.get('password'));
    const seen = { contact: wrongAs(as, contact), password: password.length < PASSWORD_CHARS_MIN };
    setWrong(seen);
    if (seen.contact !== undefined || seen.password) return;
    const applied = await run(() => apply(byOf(contact), password));
    if (applied !== undefined) onApplied(applied);
  };
  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <div>
        <h1 tabIndex={-1}>{t(as === 'person' ? 'door.signUpTitle' : 'door.operatorTitle')}</h1>
        <p className="hint">{t(as === 'person' ? 'door.signUpLead' : 'door.operatorLead')}</p>
      </div>
      <ContactField
        problem={problem}
        emailOnly={as === 'operator'}
        hint={t(as === 'person' ? 'door.contactHint' : 'door.emailHint')}
      />
      <NewPasswordField label={t('door.newPassword')} tooShort={wrong.password === true} refusal={error} />
      <Failure error={error}>{problem === undefined ? undefined : t('field.summary')}</Failure>
      <Submit busy={busy}>{t('door.signUpSubmit')}</Submit>
      <p className="door-ways">
        <a href="#sign-in">{t('door.haveAccount')}</a>
        {as === 'person' ? (
          <a href="#sign-up-operator">{t('door.forOperator')}</a>
        ) : (
          <a href="#sign-up">{t('door.forMyself')}</a>
        )}
      </p>
    </form>
  );
}

/** Whoever works for an operator signs in by an e-mail address. */
function wrongAs(as: As, typed: string): Wrong | undefined {
  const wrong = wrongWith(typed);
  return wrong === undefined && as === 'operator' && !typed.includes('@') ? 'email' : wrong;
}
