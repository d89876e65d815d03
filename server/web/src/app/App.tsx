import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SessionContext } from '../hub/session-context.ts';
import { arrive, type Reason } from '../session/arrival.ts';
import { Door } from '../session/Door.tsx';
import { forget, type Session, signOut } from '../session/session.ts';
import { Shell } from './Shell.tsx';

type Stage = { readonly at: 'restoring' } | AtDoor | Inside;
interface AtDoor {
  readonly at: 'door';
  readonly reason: Reason | undefined;
}
interface Inside {
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
      <Shell onSignOut={leave} />
    </SessionContext>
  );
}
