import { HubError } from '@kinga/client-sdk';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../ui/Failure.tsx';
import { Helpline } from '../ui/Helpline.tsx';
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx';
import { Mark } from '../ui/Mark.tsx';
import type { ProviderAnswer, Reason } from './arrival.ts';
import { ByLink } from './ByLink.tsx';
import { FactorStep } from './FactorStep.tsx';
import { Forgot } from './Forgot.tsx';
import { Invited } from './Invited.tsx';
import { SignInForm } from './SignInForm.tsx';
import { SignUp } from './SignUp.tsx';
import type { Asked } from './second-factor.ts';
import type { Session } from './session.ts';
import { codeLinkIn, leaveDoor, useDoorPlace } from './use-door-step.ts';

interface DoorProps {
  readonly reason: Reason | undefined;
  readonly onSession: (session: Session) => void;
}

/** Where nobody is signed in yet: the helpline, and every way in. */
export function Door({ reason, onSession }: DoorProps) {
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
        </div>
        <Helpline text="signIn.help" />
        <Ways reason={reason} onSession={onSession} />
      </main>
    </div>
  );
}

function Ways({ reason, onSession }: DoorProps) {
  const { t } = useTranslation();
  const place = useDoorPlace();
  const { step } = place;
  const link = codeLinkIn(place);
  const [asked, setAsked] = useState<Asked | undefined>(reason?.why === 'factor' ? reason.asked : undefined);
  const [unjoined, setUnjoined] = useState<Unjoined>();
  const [done, setDone] = useState<'wasMade' | 'wasReset'>();
  const notice = useNotice(reason);
  useFocusOnChange(`${step} ${asked === undefined}`);

  const open = async (session: Session) => {
    leaveDoor();
    const error = reason?.why === 'link' ? await joined(session, reason.answer) : undefined;
    if (error === undefined) onSession(session);
    else setUnjoined({ session, error });
  };
  const toSignIn = (after: 'wasMade' | 'wasReset') => () => {
    setDone(after);
    location.hash = 'sign-in';
  };
  if (unjoined !== undefined) return <NotJoined {...unjoined} onSession={onSession} />;
  if (asked !== undefined) {
    return (
      <FactorStep
        asked={asked}
        onSession={(session) => void open(session)}
        onBack={() => setAsked(undefined)}
      />
    );
  }
  if (link !== undefined) {
    const after = link.step === 'forgot' ? 'wasReset' : 'wasMade';
    return <ByLink key={link.challengeId} link={link} onDone={toSignIn(after)} />;
  }
  if (step === 'sign-up' || step === 'sign-up-operator') {
    const as = step === 'sign-up' ? 'person' : 'operator';
    return <SignUp key={as} as={as} onSession={(session) => void open(session)} />;
  }
  if (step === 'invited') {
    return <Invited onSession={(session) => void open(session)} onAsked={setAsked} />;
  }
  if (step === 'forgot') return <Forgot onReset={toSignIn('wasReset')} />;
  return (
    <SignInForm
      notice={done === undefined ? notice : t(`door.${done}`)}
      onSession={(session) => void open(session)}
      onAsked={setAsked}
    />
  );
}

/** Another step is another page: its heading takes the focus, but not at the first sight of it. */
function useFocusOnChange(step: string): void {
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    document.querySelector<HTMLElement>('.door-form h1')?.focus();
  }, [step]);
}

function useNotice(reason: Reason | undefined): string | undefined {
  const { t } = useTranslation();
  if (reason?.why === 'ended') return t('signIn.ended');
  if (reason?.why === 'link') return t('door.link');
  return reason?.why === 'provider' ? t(`door.refusals.${reason.refusal}`) : undefined;
}

interface Unjoined {
  readonly session: Session;
  readonly error: HubError;
}

/** The provider's account becomes another way into this one; else why it does not. */
async function joined({ hub }: Session, answer: ProviderAnswer): Promise<HubError | undefined> {
  try {
    await hub.identity.linkOidc(answer);
    return undefined;
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
}

function NotJoined({ session, error, onSession }: Unjoined & Pick<DoorProps, 'onSession'>) {
  const { t } = useTranslation();
  return (
    <section className="door-form" aria-labelledby="not-joined">
      <h1 id="not-joined" tabIndex={-1}>
        {t('door.notJoined')}
      </h1>
      <Failure error={error} />
      <button type="button" className="primary" onClick={() => onSession(session)}>
        {t('door.goOn')}
      </button>
    </section>
  );
}
