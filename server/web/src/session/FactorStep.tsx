import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hub/use-action.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { useFocusHere } from '../ui/use-focus-here.ts';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { CodeField, codeIn, isCode } from './fields.tsx';
import type { Asked, Factor } from './second-factor.ts';
import { anonymously, completeSignIn, type Session } from './session.ts';

const RECOVERY = 'recovery';

interface FactorStepProps {
  readonly asked: Asked;
  readonly onSession: (session: Session) => void;
  readonly onBack: () => void;
}

/** The second half of a sign-in: by an app, by a message, or by a code that was written down. */
export function FactorStep({ asked, onSession, onBack }: FactorStepProps) {
  const { t } = useTranslation();
  const { challengeId, factors } = asked;
  const { busy, error, run } = useAction<Session>();
  const [chosen, setChosen] = useState(factors[0]?.id ?? RECOVERY);
  const [wrong, setWrong] = useState(false);
  const title = useFocusHere<HTMLHeadingElement>();
  const form = useFocusInvalid(wrong, error);
  const isRefused = error?.code === 'CODE_REFUSED';
  const factor = factors.find(({ id }) => id === chosen);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = codeIn(new FormData(event.currentTarget));
    const isWrong = factor === undefined ? code.length < 6 : !isCode(code);
    setWrong(isWrong);
    if (isWrong) return;
    const session = await run(() => completeSignIn({ challengeId, factor: chosen, code }));
    if (session !== undefined) onSession(session);
  };
  const problem = wrong ? t('door.codeWrong') : isRefused ? t('errors.CODE_REFUSED') : undefined;
  return (
    <form className="door-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <div>
        <h1 tabIndex={-1} ref={title}>
          {t('door.factorTitle')}
        </h1>
        <p className="hint">{t('door.factorLead')}</p>
      </div>
      <FactorChoice legend={t('door.factorBy')} factors={factors} chosen={chosen} onChoose={setChosen} />
      {factor !== undefined && factor.kind !== 'totp' && (
        <SendCode key={factor.id} challengeId={challengeId} factor={factor} />
      )}
      <CodeField problem={problem} recovery={factor === undefined} />
      <Failure error={isRefused ? undefined : error} />
      <Submit busy={busy}>{t('signIn.submit')}</Submit>
      <p className="door-ways">
        <button type="button" className="quiet" onClick={onBack}>
          {t('door.back')}
        </button>
      </p>
    </form>
  );
}

interface FactorChoiceProps {
  readonly legend: string;
  readonly factors: readonly Factor[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

export function FactorChoice({ legend, factors, chosen, onChoose }: FactorChoiceProps) {
  const { t } = useTranslation();
  const ways = [
    ...factors.map(({ id, kind, hint }) => ({ id, text: t(`door.factors.${kind}`, { hint }) })),
    { id: RECOVERY, text: t('door.factors.recovery') },
  ];
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className="choices">
        {ways.map(({ id, text }) => (
          <label key={id}>
            <input
              type="radio"
              name="factor"
              value={id}
              checked={id === chosen}
              onChange={() => onChoose(id)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function SendCode({ challengeId, factor }: { challengeId: string; factor: Factor }) {
  const { t } = useTranslation();
  const { busy, error, result, run } = useAction<true>();
  const send = () =>
    run(async () => {
      await anonymously((hub) => hub.identity.sendLoginCode({ challengeId, factor: factor.id }));
      return true;
    });
  return (
    <div className="again">
      <button type="button" aria-disabled={busy} onClick={() => void send()}>
        {busy ? t('form.busy') : t(result ? 'door.again' : 'door.send')}
      </button>
      <p role="status" className="hint">
        {result && t('door.sentTo', { to: factor.hint })}
      </p>
      <Failure error={error} />
    </div>
  );
}
