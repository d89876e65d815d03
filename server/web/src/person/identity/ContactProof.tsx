import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Again } from '../../session/CodeStep.tsx';
import { CodeField, codeIn, isCode, isMalformed } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusHere } from '../../ui/use-focus-here.ts';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';

export type ContactType = 'phone' | 'email';
type Purpose = 'contact' | 'identifier' | 'factor';

interface ContactProofProps {
  readonly purpose: Purpose;
  readonly type: ContactType;
  /** Known already: there is nothing to type but the code. */
  readonly value?: string | undefined;
  /** Undefined: something else of the form is still missing. */
  readonly finish: (answer: { challengeId: string; code: string }, data: FormData) => Promise<unknown>;
  readonly onDone: () => void;
  readonly onCancel: () => void;
  /** What else the last step asks for. */
  readonly children?: ReactNode;
}

interface Sent {
  readonly to: string;
  readonly challengeId: string;
}

/** Proves a phone or an e-mail address by the code that is sent to it. */
export function ContactProof(props: ContactProofProps) {
  const { purpose, type } = props;
  const { hub } = useSession();
  const [sent, setSent] = useState<Sent>();
  const send = async (value: string): Promise<Sent> => {
    const { challengeId } = await hub.identity.requestCode({ purpose, contact: { type, value } });
    return { to: value, challengeId };
  };
  if (sent === undefined) return <Where {...props} send={send} onSent={setSent} />;
  return <Code {...props} sent={sent} again={async () => setSent(await send(sent.to))} />;
}

interface WhereProps extends ContactProofProps {
  readonly send: (value: string) => Promise<Sent>;
  readonly onSent: (sent: Sent) => void;
}

function Where({ type, value, send, onSent, onCancel }: WhereProps) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<Sent>();
  const [missing, setMissing] = useState<object>();
  const form = useFocusInvalid(missing, error);
  const isWrong = isMalformed(error, 'contact');
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const to = value ?? textIn(new FormData(event.currentTarget), 'contact');
    setMissing(to === '' ? {} : undefined);
    if (to === '') return;
    const done = await run(() => send(to));
    if (done !== undefined) onSent(done);
  };
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      {value === undefined ? (
        <TextField
          name="contact"
          label={t(`register.types.${type}`)}
          inputMode={type === 'phone' ? 'tel' : 'email'}
          error={missing || isWrong ? t(`field.${type}`) : undefined}
          maxLength={320}
        />
      ) : (
        <p>{t('identity.willSend', { to: value })}</p>
      )}
      <Failure error={isWrong ? undefined : error} />
      <div className="buttons">
        <Submit busy={busy}>{t('door.send')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}

function Code({
  finish,
  onDone,
  onCancel,
  children,
  sent,
  again,
}: ContactProofProps & { sent: Sent; again: () => Promise<void> }) {
  const { t } = useTranslation();
  const { busy, error, run } = useAction<unknown>();
  const [wrong, setWrong] = useState<object>();
  const form = useFocusInvalid(wrong, error);
  // The button that sent the code has given way to this.
  const lead = useFocusHere<HTMLParagraphElement>();
  const isRefused = error?.code === 'CODE_REFUSED';
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const code = codeIn(data);
    setWrong(isCode(code) ? undefined : {});
    if (!isCode(code)) return;
    const { challengeId } = sent;
    const done = await run(() => finish({ challengeId, code }, data));
    if (done !== undefined) onDone();
  };
  const problem = wrong ? t('door.codeWrong') : isRefused ? t('errors.CODE_REFUSED') : undefined;
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <p tabIndex={-1} ref={lead}>
        {t('door.sentTo', { to: sent.to })}
      </p>
      <CodeField problem={problem} />
      {children}
      <Failure error={isRefused ? undefined : error} />
      <div className="buttons">
        <Submit busy={busy}>{t('door.codeSubmit')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
      <Again again={again} />
    </form>
  );
}

export type OwnIdentifier = OutputOf<Contract['identity']['addIdentifier']>;
