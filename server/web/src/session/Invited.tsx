import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { NewPasswordField, PASSWORD_CHARS_MIN } from './fields.tsx';
import { type Asked, signInOrAsk } from './second-factor.ts';
import { anonymously, type Session } from './session.ts';

/** As it stands in the message: the challenge, a point, six digits. */
const INVITATION = /^(\w{1,64})\.(\d{6})$/;

interface InvitedProps {
  readonly onSession: (session: Session) => void;
  readonly onAsked: (asked: Asked) => void;
}

/** Whoever was invited chooses a password by the code of the message, and is inside. */
export function Invited({ onSession, onAsked }: InvitedProps) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<Session | Asked>();
  const [wrong, setWrong] = useState<{ code?: boolean; password?: boolean }>({});
  const form = useFocusInvalid(wrong, error);
  const isRefused = error?.code === 'CODE_REFUSED';

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [, challengeId, code] = INVITATION.exec(textIn(data, 'code').replaceAll(/\s/g, '')) ?? [];
    const newPassword = String(data.get('password') ?? '');
    const isShort = newPassword.length < PASSWORD_CHARS_MIN;
    setWrong({ code: challengeId === undefined, password: isShort });
    if (challengeId === undefined || code === undefined || isShort) return;
    const done = await run(() => accept({ challengeId, code, newPassword }));
    if (done === undefined) return;
    if ('challengeId' in done) onAsked(done);
    else onSession(done);
  };
  const problem = wrong.code ? t('door.invitationWrong') : isRefused ? t('errors.CODE_REFUSED') : undefined;
  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <div>
        <h1 tabIndex={-1}>{t('door.invited')}</h1>
        <p className="hint">{t('door.invitedLead')}</p>
      </div>
      <TextField name="code" label={t('door.invitationCode')} error={problem} />
      <NewPasswordField label={t('door.newPassword')} tooShort={wrong.password === true} refusal={error} />
      <Failure error={isRefused ? undefined : error} />
      <Submit busy={busy}>{t('door.codeSubmit')}</Submit>
      <p className="door-ways">
        <a href="#sign-in">{t('door.haveAccount')}</a>
      </p>
    </form>
  );
}

async function accept(given: {
  challengeId: string;
  code: string;
  newPassword: string;
}): Promise<Session | Asked> {
  const { email } = await anonymously((hub) => hub.identity.acceptInvitation(given));
  return await signInOrAsk({ email }, given.newPassword);
}
