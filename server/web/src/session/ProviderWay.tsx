import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goToProvider } from './provider.ts';
import { anonymously } from './session.ts';

let asking: Promise<boolean> | undefined;

/** Asked once for each load of the page; without an answer there is nothing to offer. */
function offersProvider(): Promise<boolean> {
  asking ??= anonymously((hub) => hub.identity.signInWays()).then(
    ({ provider }) => provider,
    () => {
      asking = undefined;
      return false;
    },
  );
  return asking;
}

/** Signing in with an account of the state, where the hub is joined to one. */
export function ProviderWay() {
  const { t } = useTranslation();
  const offered = useProviderOffered();
  if (!offered) return null;
  return (
    <p className="provider">
      <span className="or">{t('door.or')}</span>
      <button type="button" onClick={() => void goToProvider()}>
        {t('door.provider')}
      </button>
    </p>
  );
}

export function useProviderOffered(): boolean {
  const [offered, setOffered] = useState(false);
  useEffect(() => {
    let gone = false;
    void offersProvider().then((isOffered) => {
      if (!gone) setOffered(isOffered);
    });
    return () => {
      gone = true;
    };
  }, []);
  return offered;
}
