import { useTranslation } from 'react-i18next';
import { Heading } from '../ui/Heading.tsx';

/** The work of an operator is done by its systems; its staff hears broadcasts here. */
export function OperatorHome() {
  const { t } = useTranslation();
  return (
    <>
      <Heading lead={t('operator.lead')}>{t('operator.title')}</Heading>
      <p>{t('operator.keys')}</p>
      <p>
        <a href="/api/docs">{t('operator.docs')}</a>
      </p>
    </>
  );
}
