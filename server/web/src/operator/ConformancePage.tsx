import type { Certificate } from '@kinga/shared/conformance/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Badge } from '../ui/Badge.tsx';
import { Facts } from '../ui/Facts.tsx';
import { useFormats } from '../ui/format.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { ProductionKey } from './ProductionKey.tsx';
import { NoOperator } from './pages.tsx';
import { TestPersons } from './TestPersons.tsx';

/** Whether an operator's systems have shown that they act rightly, and what follows from it. */
export function ConformancePage() {
  const { t } = useTranslation();
  const { operatorId } = useSession().account;
  return (
    <>
      <Heading lead={t('conformance.lead')}>{t('app.conformance')}</Heading>
      {operatorId === null ? <NoOperator /> : <Conformance operatorId={operatorId} />}
      <TestPersons />
    </>
  );
}

function Conformance({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.conformance.certificate({ operatorId }), [hub, operatorId]);
  return (
    <div className="columns">
      <section className="block" aria-labelledby="certificate">
        <h2 id="certificate">{t('conformance.state')}</h2>
        <Shown of={loaded}>
          {({ certificate }) => (
            <>
              <Standing certificate={certificate} />
              {certificate?.isValid ? (
                <ProductionKey />
              ) : (
                <button type="button" onClick={loaded.reload}>
                  {t('conformance.again')}
                </button>
              )}
            </>
          )}
        </Shown>
      </section>
      <HowTo />
    </div>
  );
}

function Standing({ certificate }: { certificate: Certificate | null }) {
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

function HowTo() {
  const { t } = useTranslation();
  return (
    <section className="block" aria-labelledby="how">
      <h2 id="how">{t('conformance.how')}</h2>
      <ol className="course">
        <li>
          {t('conformance.steps.key')} <a href="#keys">{t('conformance.toKeys')}</a>
        </li>
        <li>
          {t('conformance.steps.run')} <a href="/api/docs">{t('operator.docs')}</a>
        </li>
        <li>{t('conformance.steps.pass')}</li>
      </ol>
    </section>
  );
}
