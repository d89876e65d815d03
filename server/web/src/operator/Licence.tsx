import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import { useTranslation } from 'react-i18next';
import { Badge } from '../ui/Badge.tsx';
import { Facts } from '../ui/Facts.tsx';
import { useFormats } from '../ui/format.ts';

const SOON_MS = 30 * 86_400_000;

/** Who an operator is, and until when it may take bets. */
export function Licence({ operator }: { operator: OperatorDetail }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { licenceExpiresAt, state } = operator;
  const left = licenceExpiresAt === null ? undefined : Date.parse(licenceExpiresAt) - Date.now();
  const tone = left === undefined ? 'warn' : left < 0 ? 'bad' : left < SOON_MS ? 'warn' : 'good';
  const key = left === undefined ? 'unknown' : left < 0 ? 'ended' : left < SOON_MS ? 'soon' : 'valid';
  return (
    <section className="block" aria-labelledby="licence">
      <h2 id="licence">{t('licence.title')}</h2>
      <Facts
        facts={[
          [
            t('licence.state'),
            <Badge key="state" tone={state === 'active' ? 'good' : 'bad'}>
              {t(`licence.states.${state}`)}
            </Badge>,
          ],
          [t('licence.suspendedFor'), operator.suspensionReason],
          [t('licence.number'), operator.licenceNo],
          [
            t('licence.until'),
            <span key="until">
              {licenceExpiresAt && moment(licenceExpiresAt)} <Badge tone={tone}>{t(`licence.${key}`)}</Badge>
            </span>,
          ],
          [t('licence.email'), operator.contactEmail],
          [t('licence.phone'), operator.contactPhone],
          [t('licence.website'), operator.website],
          [t('licence.since'), moment(operator.createdAt)],
        ]}
      />
    </section>
  );
}
