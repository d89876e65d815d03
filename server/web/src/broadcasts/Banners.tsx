import { HubError } from '@kinga/client-sdk';
import type { Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../ui/Failure.tsx';
import { useFormats } from '../ui/format.ts';
import { useReceived } from './use-received.ts';

const SHOWN = 3;

/** Broadcasts to whoever is signed in, on every page until they say that they have read them. */
export function Banners() {
  const { t } = useTranslation();
  const { broadcasts, acknowledge } = useReceived();
  return (
    <section className="banners" aria-label={t('broadcasts.received')} aria-live="polite">
      {broadcasts.slice(0, SHOWN).map((broadcast) => (
        <Banner key={broadcast.id} broadcast={broadcast} onRead={() => acknowledge(broadcast.id)} />
      ))}
    </section>
  );
}

function Banner({ broadcast, onRead }: { broadcast: Broadcast; onRead: () => Promise<void> }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const [error, setError] = useState<HubError>();
  const read = () =>
    onRead().catch((failure: unknown) => {
      if (!(failure instanceof HubError)) throw failure;
      setError(failure);
    });
  const { severity, title, body, sentAt } = broadcast;
  return (
    <article className={`banner banner-${severity}`}>
      <p className="eyebrow">
        {t(`broadcasts.severities.${severity}`)} · <time dateTime={sentAt}>{moment(sentAt)}</time>
      </p>
      <h2>{title}</h2>
      <p className="banner-body">{body}</p>
      <Failure error={error} />
      <button type="button" onClick={() => void read()}>
        {t('broadcasts.acknowledge')}
      </button>
    </article>
  );
}
