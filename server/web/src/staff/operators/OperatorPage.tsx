import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { type Loaded, useLoad } from '../../hub/use-load.ts';
import { AuditLog } from '../../operator/AuditLog.tsx';
import { Keys } from '../../operator/Keys.tsx';
import { Licence } from '../../operator/Licence.tsx';
import { Performance } from '../../operator/Performance.tsx';
import { Score } from '../../operator/Score.tsx';
import { Statistics } from '../../operator/Statistics.tsx';
import { TokenFigures } from '../../operator/tokens/TokenFigures.tsx';
import { Webhook } from '../../operator/Webhook.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { Certified } from './Certified.tsx';
import { CrossReference } from './CrossReference.tsx';
import { LicenceForm } from './LicenceForm.tsx';
import { Screening } from './Screening.tsx';
import { Suspension } from './Suspension.tsx';

const TABS = [
  'licence',
  'score',
  'conformance',
  'statistics',
  'performance',
  'tokens',
  'screening',
  'keys',
  'webhook',
  'audit',
] as const;
type Tab = (typeof TABS)[number];

/** Everything about one operator, a subject at a time. */
export function OperatorPage({ operatorId, tab }: { operatorId: string; tab: string | undefined }) {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const operator = useLoad(() => hub.operators.get({ operatorId }), [hub, operatorId]);
  const current = TABS.find((name) => name === tab) ?? 'licence';
  // A webhook is a matter between the operator and the administrators.
  const tabs = TABS.filter((name) => name !== 'webhook' || account.role === 'admin');
  return (
    <>
      <p className="way-back">
        <a href="#operators">{t('operators.title')}</a>
      </p>
      <Heading>{operator.data?.name ?? t('operators.one')}</Heading>
      <nav className="tabs" aria-label={t('operators.subjects')}>
        {tabs.map((name) => (
          <a
            key={name}
            href={
              name === 'licence' ? hrefOf('operators', operatorId) : hrefOf('operators', operatorId, name)
            }
            aria-current={name === current ? 'page' : undefined}
          >
            {t(`operators.tabs.${name}`)}
          </a>
        ))}
        <a href={hrefOf('propagation', operatorId)}>{t('propagation.title')}</a>
      </nav>
      <Subject tab={current} operatorId={operatorId} operator={operator} />
    </>
  );
}

interface SubjectProps {
  readonly tab: Tab;
  readonly operatorId: string;
  readonly operator: Loaded<OperatorDetail>;
}

function Subject({ tab, operatorId, operator }: SubjectProps) {
  switch (tab) {
    case 'licence':
      return (
        <Shown of={operator}>
          {(detail) => (
            <div className="columns">
              <Licence operator={detail} />
              <div>
                <LicenceForm operator={detail} onSet={operator.set} />
                <Suspension operator={detail} onSet={operator.set} />
              </div>
            </div>
          )}
        </Shown>
      );
    case 'score':
      return <Score operatorId={operatorId} />;
    case 'conformance':
      return <Certified operatorId={operatorId} />;
    case 'screening':
      return <Screening operatorId={operatorId} />;
    case 'statistics':
      return <Statistics operatorId={operatorId} />;
    case 'performance':
      return <Performance operatorId={operatorId} />;
    case 'tokens':
      return (
        <>
          <TokenFigures operatorId={operatorId} />
          <CrossReference />
        </>
      );
    case 'keys':
      return <Keys operatorId={operatorId} />;
    case 'webhook':
      return <Webhook operatorId={operatorId} />;
    case 'audit':
      return <AuditLog operatorId={operatorId} />;
  }
}
