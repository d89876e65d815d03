import type { Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNotify } from '../app/notices.ts';
import { useSession } from '../hub/session-context.ts';
import { useWatch } from '../hub/use-watch.ts';
import { Heading } from '../ui/Heading.tsx';
import { Composer } from './Composer.tsx';
import { type Counts, Sent } from './Sent.tsx';

/** An administrator speaks to an audience and sees it arrive. */
export function BroadcastsPage() {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const notify = useNotify();
  const [sent, setSent] = useState<readonly Broadcast[]>([]);
  const [counts, setCounts] = useState<ReadonlyMap<string, Counts>>(new Map());
  const note = (id: string, { delivered, acknowledged }: Counts) =>
    setCounts((known) => new Map(known).set(id, { delivered, acknowledged }));

  useWatch(`inbox/${account.id}`, {
    onItem: (item) => {
      if (item.kind === 'event' && item.type === 'broadcastProgress') note(item.data.id, item.data);
      if (item.kind === 'reset') notify('connection.resetInbox');
    },
  });
  const onSent = (broadcast: Broadcast) => {
    setSent((all) => [broadcast, ...all]);
    // The first deliveries may have been counted before we knew the id.
    hub.broadcasts.get({ id: broadcast.id }).then(
      (known) => note(broadcast.id, known.counts),
      () => notify('connection.resetInbox'),
    );
  };

  return (
    <>
      <Heading lead={t('broadcasts.lead')}>{t('broadcasts.title')}</Heading>
      <div className="columns">
        <Composer onSent={onSent} />
        <Sent sent={sent} counts={counts} />
      </div>
    </>
  );
}
