import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { CodeStep } from './CodeStep.tsx';
import { ContactField, contactProblem } from './fields.tsx';
import { anonymously } from './session.ts';
import { byOf, type SignInBy, textOf, type Wrong, wrongWith } from './sign-in-by.ts';

interface Requested {
  readonly by: SignInBy;
  readonly challengeId: string;
}

/** A new password by a code; whether there is an account, nobody learns here. */
export function Forgot({ onReset }: { onReset: () => void }) {
  const [requested, setRequested] = useState<Requested>();
  if (requested === undefined) return <Request onRequested={setRequested} />;
  const { by, challengeId } = requested;
  const finish = async (code: string, newPassword: string) => {
    await anonymously((hub) => hub.identity.resetPassword({ challengeId, code, newPassword }));
    return true;
  };
  return (
    <CodeStep
      kind="reset"
      to={textOf(by)}
      finish={finish}
      again={async () => setRequested(await request(by))}
      onDone={onReset}
      onBack={() => setRequested(undefined)}
    />
  );
}

async function request(by: SignInBy): Promise<Requested> {
  const { challengeId } = await anonymously((hub) => hub.identity.requestPasswordReset(by));
  return { by, challengeId };
}

function Request({ onRequested }: { onRequested: (requested: Requested) => void }) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<Requested>();
  const [wrong, setWrong] = useState<{ contact: Wrong | undefined }>();
  const problem = contactProblem(wrong?.contact, error);
  const form = useFocusInvalid(wrong, error);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('email'));
    const contact = wrongWith(typed);
    setWrong({ contact });
    if (contact !== undefined) return;
    const requested = await run(() => request(byOf(typed)));
    if (requested !== undefined) onRequested(requested);
  };
  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <div>
        <h1 tabIndex={-1}>{t('door.forgotTitle')}</h1>
        <p className="hint">{t('door.forgotLead')}</p>
      </div>
      <ContactField problem={problem} />
      <Failure error={error}>{problem === undefined ? undefined : t('field.summary')}</Failure>
      <Submit busy={busy}>{t('door.forgotSubmit')}</Submit>
      <p className="door-ways">
        <a href="#sign-in">{t('door.haveAccount')}</a>
      </p>
    </form>
  );
}
