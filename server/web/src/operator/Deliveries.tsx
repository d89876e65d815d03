import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useList } from '../hub/use-list.ts';
import { Badge } from '../ui/Badge.tsx';
import { useFormats } from '../ui/format.ts';
import { Listed } from '../ui/Loaded.tsx';
import { Table } from '../ui/Table.tsx';

/** What was posted in the last thirty days, and what the endpoint made of it. */
export function Deliveries({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { recent, whole } = useFormats();
  const deliveries = useList(
    (page) => hub.operators.webhookDeliveries({ operatorId, ...page }),
    [hub, operatorId],
  );
  return (
    <section className="block" aria-labelledby="deliveries">
      <h2 id="deliveries">{t('webhook.deliveries')}</h2>
      <Listed of={deliveries} empty={t('webhook.noDeliveries')}>
        {(items) => (
          <Table
            label={t('webhook.deliveries')}
            rows={items}
            id={({ id }) => id}
            columns={[
              { head: t('webhook.at'), cell: ({ at }) => recent(at) },
              {
                head: t('webhook.result'),
                cell: ({ delivered, status, failure }) => (
                  <>
                    <Badge tone={delivered ? 'good' : 'bad'}>
                      {delivered ? t('webhook.taken') : t('webhook.notTaken')}
                    </Badge>{' '}
                    {status ?? failure}
                  </>
                ),
              },
              { head: t('webhook.changes'), number: true, cell: ({ events }) => whole(events) },
              { head: t('webhook.attempt'), number: true, cell: ({ attempt }) => whole(attempt) },
              { head: t('webhook.took'), number: true, cell: ({ ms }) => `${whole(ms)} ${t('live.ms')}` },
              {
                head: t('webhook.said'),
                cell: ({ answer }) => <span className="mono endpoint-said">{answer ?? t('live.none')}</span>,
              },
            ]}
          />
        )}
      </Listed>
    </section>
  );
}
