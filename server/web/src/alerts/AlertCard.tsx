import type { Alert } from '@kinga/shared/alerts/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../app/use-route.ts';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { Badge } from '../ui/Badge.tsx';
import { useFormats } from '../ui/format.ts';
import { Reason } from '../ui/Reason.tsx';
import { SEVERITY_TONES } from './choices.ts';
import { explain } from './explanation.ts';

interface AlertCardProps {
  readonly alert: Alert;
  readonly operator: string | null;
  readonly onResolved: (alert: Alert) => void;
}

export function AlertCard({ alert, operator, onResolved }: AlertCardProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { recent, whole } = formats;
  const explained = explain(alert, { t, formats });
  const [resolving, setResolving] = useState(false);
  const { id, kind, severity, operatorId, raisedAt, lastSeenAt, count, resolution } = alert;
  return (
    <li className={`card card-${SEVERITY_TONES[severity]}`} data-alert={id}>
      <p className="card-head">
        <Badge tone={SEVERITY_TONES[severity]}>{t(`broadcasts.severities.${severity}`)}</Badge>
        <time dateTime={raisedAt}>{recent(raisedAt)}</time>
        {operatorId !== null && <a href={hrefOf('operators', operatorId)}>{operator}</a>}
      </p>
      <h2>{t(`alerts.kinds.${kind}`)}</h2>
      <p lang={explained.isStored ? 'en' : undefined}>{explained.text}</p>
      {typeof alert.facts.petitionId === 'string' && (
        <p>
          <a href={hrefOf('petitions', alert.facts.petitionId)}>{t('explained.petitions.toIt')}</a>
        </p>
      )}
      {count > 1 && (
        <p className="hint">{t('alerts.seen', { times: whole(count), last: recent(lastSeenAt) })}</p>
      )}
      <Facts facts={alert.facts} />
      {resolution !== null && <p className="resolution">{t('alerts.resolution', { resolution })}</p>}
      {alert.resolvedAt === null && !resolving && (
        <button type="button" onClick={() => setResolving(true)}>
          {t('alerts.resolve')}
        </button>
      )}
      {resolving && <Resolving id={id} onResolved={onResolved} onCancel={() => setResolving(false)} />}
    </li>
  );
}

interface ResolvingProps {
  readonly id: string;
  readonly onResolved: (alert: Alert) => void;
  readonly onCancel: () => void;
}

function Resolving({ id, onResolved, onCancel }: ResolvingProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Alert>();
  const resolve = async (resolution: string) => {
    const resolved = await run(() => hub.alerts.resolve({ id, resolution }));
    if (resolved !== undefined) onResolved(resolved);
  };
  return (
    <Reason
      label={t('alerts.why')}
      submit={t('alerts.resolve')}
      busy={busy}
      error={error}
      onReason={(reason) => void resolve(reason)}
      onCancel={onCancel}
    />
  );
}

function Facts({ facts }: { facts: Alert['facts'] }) {
  const { t } = useTranslation();
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  return (
    <details className="facts-more">
      <summary>{t('alerts.facts')}</summary>
      <dl className="facts">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd className="mono">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
