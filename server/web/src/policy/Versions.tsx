import type { PolicyDocument, PolicySummary } from '@kinga/shared/policy/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../app/use-route.ts';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useList } from '../hub/use-list.ts';
import { useWatch } from '../hub/use-watch.ts';
import { Badge, type Tone } from '../ui/Badge.tsx';
import { Failure } from '../ui/Failure.tsx';
import { useFormats } from '../ui/format.ts';
import { Listed } from '../ui/Loaded.tsx';
import { Table } from '../ui/Table.tsx';

const TONES: Readonly<Record<PolicySummary['status'], Tone>> = {
  inForce: 'good',
  scheduled: 'warn',
  past: 'plain',
  withdrawn: 'plain',
};

/** Every version there is or was; one that has not begun can be taken back. */
export function Versions() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const { busy, error, run } = useAction<PolicyDocument>();
  useWatch('policy/versions', {
    onItem: (item) => {
      if (item.kind === 'event') versions.reload();
    },
  });
  const versions = useList((page) => hub.policy.list(page), [hub]);
  const withdraw = async (version: number) => {
    await run((idempotencyKey) => hub.policy.withdraw({ version }, { idempotencyKey }));
    versions.reload();
  };
  return (
    <section className="block" aria-labelledby="versions">
      <h2 id="versions">{t('policy.versions')}</h2>
      <Failure error={error} />
      <Listed of={versions} empty={t('policy.none')}>
        {(items) => (
          <Table
            label={t('policy.versions')}
            rows={items}
            id={({ version }) => String(version)}
            columns={[
              {
                head: t('policy.versionHead'),
                cell: ({ version }) => (
                  <a href={hrefOf('policy', String(version))}>{t('policy.version', { version })}</a>
                ),
              },
              {
                head: t('policy.status'),
                cell: ({ status }) => <Badge tone={TONES[status]}>{t(`policy.statuses.${status}`)}</Badge>,
              },
              {
                head: t('policy.starts'),
                cell: ({ version, startsAt }) => (version === 1 ? t('policy.always') : moment(startsAt)),
              },
              { head: t('policy.note'), cell: ({ note }) => note },
              {
                head: t('policy.withdraw'),
                quiet: true,
                cell: ({ version, status }) =>
                  status === 'scheduled' && (
                    <button
                      type="button"
                      className="quiet"
                      aria-disabled={busy}
                      onClick={() => void withdraw(version)}
                    >
                      {t('policy.withdraw')}
                    </button>
                  ),
              },
            ]}
          />
        )}
      </Listed>
    </section>
  );
}
