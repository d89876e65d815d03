import type { Webhook as Endpoint } from '@kinga/shared/operators/propagation.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useLoad } from '../hub/use-load.ts';
import { Badge } from '../ui/Badge.tsx';
import { Facts } from '../ui/Facts.tsx';
import { Failure } from '../ui/Failure.tsx';
import { useFormats } from '../ui/format.ts';
import { Shown } from '../ui/Loaded.tsx';
import { Secret } from '../ui/Secret.tsx';
import { Deliveries } from './Deliveries.tsx';
import { OVERLAP_HOURS, OverlapField } from './OverlapField.tsx';
import { WebhookForm } from './WebhookForm.tsx';

/** Where changes are posted to: set, tried, watched. */
export function Webhook({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.operators.webhook({ operatorId }), [hub, operatorId]);
  const [secret, setSecret] = useState<string>();
  const [round, setRound] = useState(0);
  const onSet = (made: string) => {
    setSecret(made);
    loaded.reload();
  };
  return (
    <>
      {secret && <Secret title={t('webhook.secret')} value={secret} onDone={() => setSecret(undefined)} />}
      <Shown of={loaded}>
        {({ webhook }) => (
          <>
            {webhook && (
              <section className="block" aria-labelledby="endpoint">
                <h2 id="endpoint">{t('webhook.endpoint')}</h2>
                <Standing webhook={webhook} />
                <Trying operatorId={operatorId} onTried={() => setRound((count) => count + 1)} />
                <Changing operatorId={operatorId} onSecret={onSet} onRemoved={loaded.reload} />
              </section>
            )}
            <WebhookForm operatorId={operatorId} before={webhook} onSet={onSet} />
            {webhook && <Deliveries key={round} operatorId={operatorId} />}
          </>
        )}
      </Shown>
    </>
  );
}

function Standing({ webhook }: { webhook: Endpoint }) {
  const { t } = useTranslation();
  const { moment, recent, whole } = useFormats();
  const { url, createdAt, failures, nextAttemptAt, oldSecretEndsAt } = webhook;
  return (
    <Facts
      facts={[
        [
          t('webhook.url'),
          <span key="url" className="mono">
            {url}
          </span>,
        ],
        [t('webhook.since'), moment(createdAt)],
        [
          t('webhook.failures'),
          <Badge key="failures" tone={failures > 0 ? 'bad' : 'good'}>
            {whole(failures)}
          </Badge>,
        ],
        [t('webhook.nextAttempt'), nextAttemptAt && recent(nextAttemptAt)],
        [t('webhook.oldSecret'), oldSecretEndsAt && recent(oldSecretEndsAt)],
      ]}
    />
  );
}

interface Tried {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly ms: number;
  readonly failure: string | null;
}

function Trying({ operatorId, onTried }: { operatorId: string; onTried: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { whole } = useFormats();
  const { busy, error, result, run } = useAction<Tried>();
  const test = async () => {
    if ((await run(() => hub.operators.testWebhook({ operatorId }))) !== undefined) onTried();
  };
  return (
    <div className="step">
      <button type="button" className="primary" aria-disabled={busy} onClick={() => void test()}>
        {busy ? t('webhook.testing') : t('webhook.test')}
      </button>
      <Failure error={error} />
      <p role="status" data-tested={result && (result.delivered ? 'delivered' : 'failed')}>
        {result && (
          <>
            <Badge tone={result.delivered ? 'good' : 'bad'}>
              {result.delivered ? t('webhook.taken') : t('webhook.notTaken')}
            </Badge>{' '}
            {result.status === null
              ? (result.failure ?? t('webhook.nobody'))
              : t('webhook.answered', { status: String(result.status), ms: whole(result.ms) })}
          </>
        )}
      </p>
    </div>
  );
}

interface ChangingProps {
  readonly operatorId: string;
  readonly onSecret: (secret: string) => void;
  readonly onRemoved: () => void;
}

function Changing({ operatorId, onSecret, onRemoved }: ChangingProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [hours, setHours] = useState(OVERLAP_HOURS);
  const rotating = useAction<{ secret: string }>();
  const removing = useAction<{ removed: boolean }>();
  const rotate = async () => {
    const input = { operatorId, overlapHours: hours };
    const made = await rotating.run(() => hub.operators.rotateWebhookSecret(input));
    if (made !== undefined) onSecret(made.secret);
  };
  const remove = async () => {
    if ((await removing.run(() => hub.operators.removeWebhook({ operatorId }))) !== undefined) onRemoved();
  };
  return (
    <details className="more">
      <summary>{t('webhook.change')}</summary>
      <OverlapField hours={hours} onHours={setHours} />
      <div className="buttons">
        <button type="button" aria-disabled={rotating.busy} onClick={() => void rotate()}>
          {t('webhook.rotate')}
        </button>
        <button type="button" className="danger" aria-disabled={removing.busy} onClick={() => void remove()}>
          {t('webhook.remove')}
        </button>
      </div>
      <Failure error={rotating.error ?? removing.error} />
    </details>
  );
}
