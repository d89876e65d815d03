import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { CertificateStanding } from './CertificateStanding.tsx';
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
              <CertificateStanding certificate={certificate} />
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
