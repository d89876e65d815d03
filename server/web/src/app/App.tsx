import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SessionContext, useSession } from '../hub/session-context.ts';
import { arrive, type Reason } from '../session/arrival.ts';
import { Door } from '../session/Door.tsx';
import { forget, type Session, signOut } from '../session/session.ts';
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
}

export function App() {
  const { t } = useTranslation();
  const [stage, setStage] = useState<Stage>({ at: 'restoring' });

  useEffect(() => {
    void arrive().then((arrival) =>
      setStage(
        'session' in arrival ? { at: 'inside', session: arrival.session } : { at: 'door', ...arrival },
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
  if (session === undefined) {
    const reason = stage.at === 'door' ? stage.reason : undefined;
    return <Door reason={reason} onSession={(opened) => setStage({ at: 'inside', session: opened })} />;
  }
  return (
    <SessionContext value={session}>
      <Inside onSignOut={leave} />
    </SessionContext>
  );
}

/** Signed in: what is left to load are the pages of the role. */
function Inside({ onSignOut }: { onSignOut: () => void }) {
  const { t } = useTranslation();
  const { role } = useSession().account;
  const [pages, setPages] = useState<Pages | 'missing'>();
  useEffect(() => {
    pagesOf(role).then(setPages, () => setPages('missing'));
  }, [role]);
  if (pages === undefined) return <p className="splash">{t('app.loading')}</p>;
  if (pages !== 'missing') return <Shell pages={pages} onSignOut={onSignOut} />;
  // A browser asks for what it could not load only once: the page begins anew.
  return (
    <p className="splash" role="alert">
      {t('app.notLoaded')}{' '}
      <button type="button" onClick={() => location.reload()}>
        {t('form.retry')}
      </button>
    </p>
  );
}
