import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useList } from '../hub/use-list.ts';
import { useFormats } from '../ui/format.ts';
import { Listed } from '../ui/Loaded.tsx';
import { Table } from '../ui/Table.tsx';

/** What was done by an operator's keys and staff, and to it. */
export function AuditLog({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const log = useList((page) => hub.operators.auditLog({ operatorId, ...page }), [hub, operatorId]);
  return (
    <section className="block" aria-labelledby="audit">
      <h2 id="audit">{t('audit.title')}</h2>
      <Listed of={log} empty={t('audit.none')}>
        {(items) => (
          <Table
            label={t('audit.title')}
            rows={items.map((item, index) => ({ ...item, key: `${item.at}/${index}` }))}
            id={({ key }) => key}
            columns={[
              { head: t('audit.at'), cell: ({ at }) => moment(at) },
              { head: t('audit.action'), cell: ({ action }) => <span className="mono">{action}</span> },
              { head: t('audit.actor'), cell: ({ actor }) => <span className="mono">{actor}</span> },
              { head: t('audit.subject'), cell: ({ subject }) => <span className="mono">{subject}</span> },
              {
                head: t('audit.details'),
                cell: ({ details }) => <span className="mono">{JSON.stringify(details)}</span>,
              },
            ]}
          />
        )}
      </Listed>
    </section>
  );
}
