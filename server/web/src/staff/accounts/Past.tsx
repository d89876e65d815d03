import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';

/** When somebody signed in to an account, or tried to. */
export function SignIns({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const history = useList((page) => hub.identity.loginHistory({ accountId, ...page }), [hub, accountId]);
  return (
    <section className="block" aria-labelledby="sign-ins">
      <h2 id="sign-ins">{t('accounts.signIns')}</h2>
      <Listed of={history} empty={t('accounts.noSignIns')}>
        {(items) => (
          <ol className="listing">
            {items.map(({ at, outcome, method, device, network }) => (
              <li key={at}>
                <time dateTime={at}>{moment(at)}</time>{' '}
                <Badge tone={outcome === 'succeeded' ? 'good' : 'bad'}>
                  {t(`accounts.outcomes.${outcome}`)}
                </Badge>{' '}
                <span className="hint">
                  {[t(`accounts.methods.${method}`), device?.name, network].filter(Boolean).join(', ')}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Listed>
    </section>
  );
}

/** What was done by an account and to it. */
export function Activity({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const activity = useList((page) => hub.identity.activity({ accountId, ...page }), [hub, accountId]);
  return (
    <section className="block" aria-labelledby="activity">
      <h2 id="activity">{t('accounts.activity')}</h2>
      <Listed of={activity} empty={t('accounts.noActivity')}>
        {(items) => (
          <ol className="listing">
            {items.map(({ at, action, subject, by }) => (
              <li key={`${at} ${action} ${subject}`}>
                <time dateTime={at}>{moment(at)}</time> <span className="mono">{action}</span>{' '}
                <span className="hint">
                  {t(`accounts.by.${by}`)} <span className="mono">{subject}</span>
                </span>
              </li>
            ))}
          </ol>
        )}
      </Listed>
    </section>
  );
}
