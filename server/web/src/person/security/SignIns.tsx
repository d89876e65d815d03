import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';

/** Sign-ins and attempts, so that a stranger's does not go unseen. */
export function SignIns() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const history = useList((page) => hub.identity.loginHistory(page), [hub]);
  return (
    <section className="block" aria-labelledby="sign-ins">
      <h2 id="sign-ins">{t('security.signIns')}</h2>
      <Listed of={history} empty={t('security.noSignIns')}>
        {(items) => (
          <ul className="rows">
            {items.map(({ at, outcome, method, device, network }) => (
              <li key={`${at} ${outcome}`}>
                <div className="line-between">
                  <b className={outcome === 'succeeded' ? undefined : 'late'}>
                    {t(`security.outcomes.${outcome}`)}
                  </b>
                  <time dateTime={at}>{moment(at)}</time>
                </div>
                <p className="hint">
                  {[device?.name, network, t(`security.methods.${method}`)].filter(Boolean).join(' · ')}
                </p>
              </li>
            ))}
          </ul>
        )}
      </Listed>
    </section>
  );
}
