import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SessionContext, useSession } from '../hub/session-context.ts';
import { arrive, type Reason } from '../session/arrival.ts';
import { Door } from '../session/Door.tsx';
import { forget, type Session, signOut } from '../session/session.ts';
import { Helpline } from '../ui/Helpline.tsx';
import { type Pages, pagesOf } from './pages.ts';
import { Shell } from './Shell.tsx';

type Stage = { readonly at: 'restoring' } | AtDoor | SignedIn;
interface AtDoor {
  readonly at: 'door';
  readonly reason: Reason | undefined;
}
interface SignedIn {
  readonly at: 'inside';
  readonly session: Session;
  /** At the door of this page; else the session of before is taken up. */
  readonly entered: boolean;
}

export function App() {
  const { t } = useTranslation();
  const [stage, setStage] = useState<Stage>({ at: 'restoring' });

  useEffect(() => {
    void arrive().then((arrival) =>
      setStage(
        'session' in arrival
          ? { at: 'inside', session: arrival.session, entered: false }
          : { at: 'door', ...arrival },
      ),
    );
  }, []);

  const session = stage.at === 'inside' ? stage.session : undefined;
  useEffect(
    () =>
      session?.hub.on('state', (state, error) => {
        if (state !== 'closed' || error === undefined) return;
        forget();
        setStage({ at: 'door', reason: { why: 'ended' } });
      }),
    [session],
  );

  const leave = useCallback(() => {
    if (session !== undefined) void signOut(session);
    setStage({ at: 'door', reason: undefined });
  }, [session]);

  if (stage.at === 'restoring') return <p className="splash">{t('app.loading')}</p>;
  if (stage.at === 'door') {
    return (
      <Door
        reason={stage.reason}
        onSession={(opened) => setStage({ at: 'inside', session: opened, entered: true })}
      />
    );
  }
  return (
    <SessionContext value={stage.session}>
      <Inside entered={stage.entered} onSignOut={leave} />
    </SessionContext>
  );
}

interface InsideProps {
  readonly entered: boolean;
  readonly onSignOut: () => void;
}

/** Signed in: what is left to load are the pages of the role. */
function Inside({ entered, onSignOut }: InsideProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [pages, setPages] = useState<Pages | 'missing'>();
  useEffect(() => {
    pagesOf(session).then(setPages, () => setPages('missing'));
  }, [session]);
  if (pages === undefined) {
    return (
      <p className="splash" role="status">
        {t('app.loading')}
      </p>
    );
  }
  if (pages !== 'missing') return <Shell pages={pages} entered={entered} onSignOut={onSignOut} />;
  // A browser asks for what it could not load only once: the page begins anew.
  return (
    <div className="splash">
      <p role="alert">{t('app.notLoaded')}</p>
      <div className="buttons">
        <button type="button" onClick={() => location.reload()}>
          {t('form.retry')}
        </button>
        <button type="button" className="quiet" onClick={onSignOut}>
          {t('app.signOut')}
        </button>
      </div>
      <Helpline text="signIn.help" />
    </div>
  );
}
