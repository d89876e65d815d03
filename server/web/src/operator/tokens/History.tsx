import type { TokenHistory } from '@kinga/shared/tokens/contract.ts';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { DayChart } from '../../ui/DayChart.tsx';
import { eachDay, lastDays } from '../../ui/days.ts';
import { Facts } from '../../ui/Facts.tsx';
import { useFormats } from '../../ui/format.ts';
import { type Column, Table } from '../../ui/Table.tsx';
import { TOKEN_TONES } from './choices.ts';

const DAYS = 90;

/** What became of a person's token at this operator: its generations, its uses, who did what. */
export function History({ history }: { history: TokenHistory }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  return (
    <>
      <section className="block" aria-labelledby="one-token">
        <h2 id="one-token">{t('tokens.one')}</h2>
        <Facts
          facts={[
            [
              t('tokens.handle'),
              <span key="handle" className="mono">
                {history.handle}
              </span>,
            ],
            [t('tokens.customersOf'), whole(history.customers)],
          ]}
        />
      </section>
      <Generations of={history.generations} />
      <Uses of={history.uses} />
      <Records of={history.audit} />
    </>
  );
}

function Generations({ of }: { of: TokenHistory['generations'] }) {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  const at = (instant: string | null) => (instant === null ? t('live.none') : moment(instant));
  const columns: readonly Column<TokenHistory['generations'][number]>[] = [
    { head: t('tokens.generation'), cell: ({ generation }) => whole(generation) },
    {
      head: t('tokens.state'),
      cell: ({ state }) => <Badge tone={TOKEN_TONES[state]}>{t(`tokens.states.${state}`)}</Badge>,
    },
    { head: t('tokens.issuedAt'), cell: ({ issuedAt }) => moment(issuedAt) },
    { head: t('tokens.endedAt'), cell: ({ endedAt }) => at(endedAt) },
    { head: t('tokens.worksUntil'), cell: ({ worksUntil }) => at(worksUntil) },
  ];
  return (
    <section className="block" aria-labelledby="generations">
      <h2 id="generations">{t('tokens.generations')}</h2>
      <Table
        label={t('tokens.generations')}
        columns={columns}
        rows={of}
        id={({ generation }) => String(generation)}
      />
    </section>
  );
}

function Uses({ of }: { of: TokenHistory['uses'] }) {
  const { t } = useTranslation();
  const days = useMemo(() => eachDay(lastDays(DAYS)), []);
  const series = useMemo(() => {
    const known = new Map(of.map((day) => [day.day, day]));
    const values = (key: 'validated' | 'hits') => days.map((day) => known.get(day)?.[key] ?? 0);
    return [
      { name: t('tokens.validated'), values: values('validated') },
      { name: t('figures.hits'), values: values('hits') },
    ];
  }, [of, days, t]);
  return (
    <div className="block">
      <DayChart title={t('tokens.uses')} days={days} series={series} />
    </div>
  );
}

function Records({ of }: { of: TokenHistory['audit'] }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const mono = (text: string) => <span className="mono">{text}</span>;
  return (
    <section className="block" aria-labelledby="records">
      <h2 id="records">{t('audit.title')}</h2>
      <Table
        label={t('audit.title')}
        rows={of.map((record, index) => ({ ...record, key: `${record.at}/${index}` }))}
        id={({ key }) => key}
        columns={[
          { head: t('audit.at'), cell: ({ at }) => moment(at) },
          { head: t('audit.action'), cell: ({ action }) => mono(action) },
          { head: t('audit.actor'), cell: ({ actor }) => mono(actor) },
          { head: t('audit.details'), cell: ({ details }) => mono(JSON.stringify(details)) },
        ]}
      />
    </section>
  );
}
