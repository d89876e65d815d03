import type { Certificate } from '@kinga/shared/conformance/contract.ts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../ui/Badge.tsx';
import { Facts } from '../ui/Facts.tsx';
import { useFormats } from '../ui/format.ts';

/** Whether an operator is certified, on what, and until when. */
export function CertificateStanding({ certificate }: { certificate: Certificate | null }) {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  if (certificate === null) {
    return (
      <p className="state-line" data-certificate="none">
        <Badge tone="warn">{t('conformance.none')}</Badge>
      </p>
    );
  }
  const { isValid, passedAt, validUntil, vectors } = certificate;
  return (
    <>
      <p className="state-line" data-certificate={isValid ? 'valid' : 'over'}>
        <Badge tone={isValid ? 'good' : 'bad'}>
          {isValid ? t('conformance.valid') : t('conformance.over')}
        </Badge>
      </p>
      <Facts
        facts={[
          [t('conformance.vectors'), whole(vectors)],
          [t('conformance.passedAt'), moment(passedAt)],
          [t('conformance.validUntil'), moment(validUntil)],
        ]}
      />
    </>
  );
}
