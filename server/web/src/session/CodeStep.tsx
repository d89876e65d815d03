import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { useFocusHere } from '../ui/use-focus-here.ts';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { CodeField, codeIn, isCode, NewPasswordField, PASSWORD_CHARS_MIN } from './fields.tsx';

interface CodeStepProps<TResult> {
  readonly kind: 'signUp' | 'reset';
  /** Where the code went, as it was typed; absent for whoever comes by the message itself. */
  readonly to?: string;
  /** Whose account the code makes, for whoever may not know. */
  readonly makes?: 'person' | 'operator' | undefined;
  readonly finish: (code: string, newPassword: string) => Promise<TResult>;
  readonly again?: () => Promise<void>;
  readonly onDone: (result: TResult) => void;
  readonly onBack: () => void;
}

/** The code that was sent, and the password where it is chosen now. */
export function CodeStep<TResult>(props: CodeStepProps<TResult>) {
  const { kind, to, makes, finish, again, onDone, onBack } = props;
  const { t } = useTranslation();
  const { busy, error, run } = useAction<TResult>();
  const [wrong, setWrong] = useState<{ code?: boolean; password?: boolean }>({});
  const title = useFocusHere<HTMLHeadingElement>();
  const isRefused = error?.code === 'CODE_REFUSED';
  const form = useFocusInvalid(wrong, error);
  // A password that was given before is theirs only if the code came back to the page where they gave it.
  const choosesPassword = kind === 'reset' || to === undefined;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const code = codeIn(data);
    const password = String(data.get('password') ?? '');
    const isShort = choosesPassword && password.length < PASSWORD_CHARS_MIN;
    setWrong({ code: !isCode(code), password: isShort });
    if (!isCode(code) || isShort) return;
    const done = await run(() => finish(code, password));
    if (done !== undefined) onDone(done);
  };
  const problem = wrong.code ? t('door.codeWrong') : isRefused ? t('errors.CODE_REFUSED') : undefined;
  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <div>
        <h1 tabIndex={-1} ref={title}>
          {t('door.codeTitle')}
        </h1>
        <p className="hint">
          {to === undefined
            ? t('door.codeByLink')
            : t(kind === 'signUp' ? 'door.codeSent' : 'door.resetSent', { to })}
        </p>
        {makes !== undefined && <p className="hint">{t(`door.makes.${makes}`)}</p>}
      </div>
      <CodeField problem={problem} />
      {choosesPassword && (
        <NewPasswordField label={t('door.newPassword')} tooShort={wrong.password === true} refusal={error} />
      )}
      <Failure error={isRefused ? undefined : error} />
      <Submit busy={busy}>{t(kind === 'signUp' ? 'door.codeSubmit' : 'door.resetSubmit')}</Submit>
      {again !== undefined && <Again again={again} />}
      <p className="door-ways">
        <button type="button" className="quiet" onClick={onBack}>
          {t('door.back')}
        </button>
      </p>
    </form>
  );
}

/** For whoever waits in vain; the code before it is no longer good. */
export function Again({ again }: { again: () => Promise<void> }) {
  const { t } = useTranslation();
  const { busy, error, result, run } = useAction<true>();
  const send = () => run(async () => again().then(() => true as const));
  return (
    <div className="again">
      <button type="button" className="quiet" aria-disabled={busy} onClick={() => void send()}>
        {busy ? t('form.busy') : t('door.again')}
      </button>
      <p role="status" className="hint">
        {result && error === undefined && t('door.sentAgain')}
      </p>
      <Failure error={error} />
    </div>
  );
}
