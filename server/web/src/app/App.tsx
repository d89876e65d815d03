import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SessionContext } from '../hub/session-context.ts';
import { SignIn } from '../session/SignIn.tsx';
import { forget, restore, type Session, signOut } from '../session/session.ts';
import { Shell } from './Shell.tsx';

type Stage = { readonly at: 'restoring' } | { readonly at: 'door'; readonly ended: boolean } | Inside;
interface Inside {
  readonly at: 'inside';
  readonly session: Session;
}

export function App() {
  const { t } = useTranslation();
  const [stage, setStage] = useState<Stage>({ at: 'restoring' });

  useEffect(() => {
    void restore().then((session) =>
      setStage(session === undefined ? { at: 'door', ended: false } : { at: 'inside', session }),
    );
  }, []);

  const session = stage.at === 'inside' ? stage.session : undefined;
  useEffect(
    () =>
      session?.hub.on('state', (state, error) => {
        if (state !== 'closed' || error === undefined) return;
        forget();
        setStage({ at: 'door', ended: true });
      }),
    [session],
  );

  const leave = useCallback(() => {
    if (session !== undefined) void signOut(session);
    setStage({ at: 'door', ended: false });
  }, [session]);

  if (stage.at === 'restoring') return <p className="splash">{t('app.loading')}</p>;
  if (session === undefined) {
    const ended = stage.at === 'door' && stage.ended;
    return <SignIn ended={ended} onSession={(opened) => setStage({ at: 'inside', session: opened })} />;
  }
  return (
    <SessionContext value={session}>
      <Shell onSignOut={leave} />
    </SessionContext>
  );
}
