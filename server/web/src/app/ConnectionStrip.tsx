import { useContext, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useHubState } from '../hub/use-hub-state.ts';
import { useFormats } from '../ui/format.ts';
import { FreshnessContext } from './freshness.ts';

const STALE_MS = 15_000;

/** Whether we are connected, and as of when what is on the screen is true. */
export function ConnectionStrip() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const state = useHubState(hub);
  const text =
    state === 'connected'
      ? t('connection.connected', { node: hub.hello?.node ?? '' })
      : t(`connection.${state}`);
  return (
    <div className={`strip strip-${state}`}>
      <span className="dot" aria-hidden="true" />
      <span role="status">{text}</span>
      <AsOf connected={state === 'connected'} />
    </div>
  );
}

function AsOf({ connected }: { connected: boolean }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const freshness = useContext(FreshnessContext);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  const { asOf } = freshness;
  const ageMs = freshness.ageMs();
  if (asOf === undefined || ageMs === undefined)
    return <span className="as-of">{t('connection.waiting')}</span>;
  const stale = !connected || ageMs > STALE_MS;
  return (
    <span className={stale ? 'as-of as-of-stale' : 'as-of'}>
      {t('connection.asOf', { time: time(asOf) })} (
      {t('connection.age', { seconds: Math.round(ageMs / 1_000) })})
      {stale && <strong> {t('connection.stale')}</strong>}
    </span>
  );
}
