import type { Alert, AlertKind } from '@kinga/shared/alerts/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNotify } from '../app/notices.ts';
import { useSession } from '../hub/session-context.ts';
import { useList } from '../hub/use-list.ts';
import { useWatch } from '../hub/use-watch.ts';
import { useOperators } from '../staff/use-operators.ts';
import { Heading } from '../ui/Heading.tsx';
import { Listed } from '../ui/Loaded.tsx';
import { ChoiceField } from '../ui/TextField.tsx';
import { AlertCard } from './AlertCard.tsx';
import { ALERT_KINDS, ALERT_STATES, type AlertState } from './choices.ts';

/** What somebody has to look at, as it is raised. */
export function AlertsPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const notify = useNotify();
  const operators = useOperators();
  const [state, setState] = useState<AlertState>('open');
  const [kind, setKind] = useState<AlertKind>();

  const put = (alert: Alert) => {
    const fits = (alert.resolvedAt === null) === (state === 'open') && (kind ?? alert.kind) === alert.kind;
    alerts.change((known) => {
      const others = known.filter(({ id }) => id !== alert.id);
      return fits ? [alert, ...others] : others;
    });
  };
  // Before the list: what is raised while the list is on its way comes by the topic.
  useWatch('monitoring/alerts', {
    onItem: (item) => {
      if (item.kind === 'event') return put(item.data);
      if (item.kind === 'reset') notify('connection.resetLive');
      alerts.reload();
    },
  });
  const alerts = useList(
    (page) => hub.alerts.list({ state, ...(kind && { kind }), ...page }),
    [hub, state, kind],
  );

  return (
    <>
      <Heading lead={t('alerts.lead')}>{t('alerts.title')}</Heading>
      <div className="filter">
        <ChoiceField
          name="state"
          label={t('alerts.state')}
          choices={ALERT_STATES}
          text={(choice) => t(`alerts.states.${choice}`)}
          onChoice={(choice) => setState(choice ?? 'open')}
        />
        <ChoiceField
          name="kind"
          label={t('alerts.kind')}
          none={t('alerts.anyKind')}
          choices={ALERT_KINDS}
          text={(choice) => t(`alerts.kinds.${choice}`)}
          onChoice={setKind}
        />
      </div>
      <Listed of={alerts} empty={t('alerts.none')}>
        {(items) => (
          <ol className="cards" aria-live="polite">
            {items.map((alert) => (
              <AlertCard
                key={alert.id}
                alert={alert}
                operator={operators.get(alert.operatorId ?? '')?.name ?? alert.operatorId}
                onResolved={put}
              />
            ))}
          </ol>
        )}
      </Listed>
    </>
  );
}
