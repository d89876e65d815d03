import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';

/** Where support arrives as long as nobody has granted them anything that has a page. */
export function NothingGranted() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const granted = useLoad(() => hub.identity.granted({}), [hub]);
  return (
    <>
      <Heading lead={t('nothingGranted.lead')}>{t('nothingGranted.title')}</Heading>
      <Shown of={granted}>
        {({ items }) => (
          <p>
            {items.length === 0
              ? t('nothingGranted.nothing')
              : t('nothingGranted.withoutPage', { names: items.join(', ') })}
          </p>
        )}
      </Shown>
      <p className="hint">{t('nothingGranted.next')}</p>
      <div className="buttons">
        <button type="button" className="primary" onClick={() => location.reload()}>
          {t('nothingGranted.look')}
        </button>
      </div>
    </>
  );
}
