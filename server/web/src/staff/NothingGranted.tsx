import { useTranslation } from 'react-i18next';
import { Heading } from '../ui/Heading.tsx';

/** Where support arrives as long as nobody has granted them anything. */
export function NothingGranted() {
  const { t } = useTranslation();
  return (
    <>
      <Heading lead={t('nothingGranted.lead')}>{t('nothingGranted.title')}</Heading>
      <p>{t('nothingGranted.next')}</p>
      <button type="button" className="primary" onClick={() => location.reload()}>
        {t('nothingGranted.look')}
      </button>
    </>
  );
}
