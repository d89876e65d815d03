import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';

type OpenSession = OutputOf<Contract['identity']['listSessions']>['items'][number];

interface SessionsProps {
  readonly onSaid: (said: string) => void;
  readonly onOthersEnded: () => void;
}

/** Where one is signed in at this moment. */
export function Sessions({ onSaid, onOthersEnded }: SessionsProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const sessions = useList((page) => hub.identity.listSessions(page), [hub]);
  const all = useAction<unknown>();
  const ended = (text: string) => {
    sessions.reload();
    onSaid(text);
  };
  const endOthers = async () => {
    const done = await all.run(() => hub.identity.revokeOtherSessions());
    if (done === undefined) return;
    ended(t('security.saidOthersEnded'));
    onOthersEnded();
  };
  return (
    <section className="block" aria-labelledby="sessions">
      <h2 id="sessions">{t('security.sessions')}</h2>
      <p className="hint">{t('security.sessionsLead')}</p>
      <Listed of={sessions}>
        {(items) => (
          <>
            <ul className="rows">
              {items.map((one) => (
                <SessionLine key={one.id} one={one} onEnded={() => ended(t('security.saidEnded'))} />
              ))}
            </ul>
            {items.length > 1 && (
              <button type="button" aria-disabled={all.busy} onClick={() => void endOthers()}>
                {all.busy ? t('form.busy') : t('security.endOthers')}
              </button>
            )}
          </>
        )}
      </Listed>
      <Failure error={all.error} />
    </section>
  );
}

function SessionLine({ one, onEnded }: { one: OpenSession; onEnded: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { recent } = useFormats();
  const { busy, error, run } = useAction<unknown>();
  const { id, device, network, method, lastUsedAt, current } = one;
  const end = async () => {
    const done = await run(() => hub.identity.revokeSession({ sessionId: id }));
    if (done !== undefined) onEnded();
  };
  const facts = [
    network,
    t(`security.methods.${method}`),
    t('security.lastUsed', { time: recent(lastUsedAt) }),
  ];
  return (
    <li>
      <div className="line-between">
        <div>
          <b>{device?.name ?? t('security.unknownDevice')}</b>
          <p className="hint">{facts.filter(Boolean).join(' · ')}</p>
        </div>
        {current ? (
          <Badge tone="good">{t('security.thisOne')}</Badge>
        ) : (
          <button type="button" className="quiet" aria-disabled={busy} onClick={() => void end()}>
            {busy ? t('form.busy') : t('security.end')}
          </button>
        )}
      </div>
      <Failure error={error} />
    </li>
  );
}
