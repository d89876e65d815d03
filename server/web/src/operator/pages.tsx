import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { Heading } from '../ui/Heading.tsx';
import { AuditLog } from './AuditLog.tsx';
import { Keys } from './Keys.tsx';
import { Performance } from './Performance.tsx';
import { Statistics } from './Statistics.tsx';
import { Webhook } from './Webhook.tsx';

/** Pages of an operator's staff; whoever has no operator yet is shown the way to one. */

export function KeysPage() {
  const { t } = useTranslation();
  const operatorId = useOwn();
  return (
    <>
      <Heading lead={t('keys.lead')}>{t('app.keys')}</Heading>
      {operatorId === null ? <NoOperator /> : <Keys operatorId={operatorId} />}
    </>
  );
}

export function WebhookPage() {
  const { t } = useTranslation();
  const operatorId = useOwn();
  return (
    <>
      <Heading lead={t('webhook.lead')}>{t('app.webhook')}</Heading>
      {operatorId === null ? <NoOperator /> : <Webhook operatorId={operatorId} />}
    </>
  );
}

export function FiguresPage() {
  const { t } = useTranslation();
  const operatorId = useOwn();
  return (
    <>
      <Heading>{t('app.figures')}</Heading>
      {operatorId === null ? <NoOperator /> : <Statistics operatorId={operatorId} />}
    </>
  );
}

export function PerformancePage() {
  const { t } = useTranslation();
  const operatorId = useOwn();
  return (
    <>
      <Heading lead={t('performance.lead')}>{t('app.performance')}</Heading>
      {operatorId === null ? <NoOperator /> : <Performance operatorId={operatorId} />}
    </>
  );
}

export function AuditPage() {
  const { t } = useTranslation();
  const operatorId = useOwn();
  return (
    <>
      <Heading>{t('app.audit')}</Heading>
      {operatorId === null ? <NoOperator /> : <AuditLog operatorId={operatorId} />}
    </>
  );
}

function useOwn(): string | null {
  return useSession().account.operatorId;
}

export function NoOperator() {
  const { t } = useTranslation();
  return (
    <p className="empty">
      {t('apply.first')} <a href="#home">{t('apply.title')}</a>
    </p>
  );
}
