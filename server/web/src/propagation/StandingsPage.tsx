import type { PropagationTable, Standing } from '@kinga/shared/propagation/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../app/use-route.ts';
import { LiveChart } from '../live/LiveChart.tsx';
import { Badge, type Tone } from '../ui/Badge.tsx';
import { useFormats } from '../ui/format.ts';
import { Heading } from '../ui/Heading.tsx';
import { useSpan } from '../ui/span.ts';
import { type Column, Table } from '../ui/Table.tsx';
import { LATE_MS, type OpenHistory, useStandings } from './standings.ts';

const REACH_TONES: Readonly<Record<Standing['reach'], Tone>> = {
  socket: 'good',
  webhook: 'good',
  none: 'warn',
};

/** Whether every operator has heard of every change; whoever has not, first. */
export function StandingsPage() {
  const { t } = useTranslation();
  const { table, history } = useStandings();
  const columns = useColumns();
  return (
    <>
      <Heading lead={t('propagation.lead')}>{t('propagation.title')}</Heading>
      <Totals table={table} history={history} />
      {table === undefined && <p className="empty">{t('form.loading')}</p>}
      {table?.operators.length === 0 && <p className="empty">{t('propagation.none')}</p>}
      {table !== undefined && table.operators.length > 0 && (
        <Table
          label={t('propagation.title')}
          columns={columns}
          rows={table.operators}
          id={({ operatorId }) => operatorId}
        />
      )}
    </>
  );
}

function Totals({ table, history }: { table: PropagationTable | undefined; history: OpenHistory }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const age = useAge();
  const operators = table?.operators ?? [];
  const open = operators.reduce((sum, { openReceipts }) => sum + openReceipts, 0);
  const behind = operators.filter(({ lag }) => lag > 0).length;
  const oldest = Math.max(-1, ...operators.map(({ oldestOpenMs }) => oldestOpenMs ?? -1));
  const label = t('live.chart', {
    label: t('propagation.open'),
    now: whole(open),
    max: whole(Math.max(0, ...history.open)),
  });
  return (
    <div className="figures totals totals-live">
      <section className="figure">
        <h2>{t('propagation.open')}</h2>
        <p className="figure-value" data-figure="open">
          {whole(open)}
        </p>
        <LiveChart
          label={label}
          times={history.times}
          series={[history.open]}
          format={(value) => (Number.isInteger(value) ? whole(value) : '')}
          version={history.version}
        />
      </section>
      <section className="figure">
        <h2>{t('propagation.behind')}</h2>
        <p className="figure-value" data-figure="behind">
          {whole(behind)}
        </p>
        <p className="figure-unit">{t('propagation.ofOperators', { all: whole(operators.length) })}</p>
      </section>
      <section className="figure">
        <h2>{t('propagation.oldest')}</h2>
        <p className={oldest > LATE_MS ? 'figure-value late' : 'figure-value'}>
          {oldest < 0 ? t('live.none') : age(oldest)}
        </p>
        <p className="figure-unit">{t('propagation.oldestUnit')}</p>
      </section>
    </div>
  );
}

function useColumns(): readonly Column<Standing>[] {
  const { t } = useTranslation();
  const { whole, figure } = useFormats();
  const age = useAge();
  const none = t('live.none');
  const ms = (value: number | null) => (value === null ? none : `${figure(value)} ${t('live.ms')}`);
  return [
    {
      head: t('propagation.operator'),
      cell: ({ operatorId, name }) => <a href={hrefOf('propagation', operatorId)}>{name}</a>,
    },
    {
      head: t('propagation.reach'),
      cell: ({ reach }) => <Badge tone={REACH_TONES[reach]}>{t(`propagation.reaches.${reach}`)}</Badge>,
    },
    {
      head: t('propagation.lag'),
      number: true,
      cell: ({ lag }) => (
        <span className={lag > 0 ? 'late' : undefined} data-lag={lag}>
          {lag > 0 ? whole(lag) : t('live.noLag')}
        </span>
      ),
    },
    { head: t('propagation.openShort'), number: true, cell: ({ openReceipts }) => whole(openReceipts) },
    {
      head: t('propagation.oldest'),
      number: true,
      cell: ({ oldestOpenMs }) => (
        <span className={(oldestOpenMs ?? 0) > LATE_MS ? 'late' : undefined}>
          {oldestOpenMs === null ? none : age(oldestOpenMs)}
        </span>
      ),
    },
    {
      head: t('propagation.ack'),
      number: true,
      cell: ({ ackP50Ms, ackP99Ms }) => (ackP50Ms === null ? none : `${ms(ackP50Ms)} / ${ms(ackP99Ms)}`),
    },
    {
      head: t('propagation.lookups'),
      number: true,
      cell: ({ lookupP50Ms, lookupP99Ms }) =>
        lookupP50Ms === null ? none : `${ms(lookupP50Ms)} / ${ms(lookupP99Ms)}`,
    },
  ];
}

/** How long ago: in milliseconds below a second. */
export function useAge(): (ms: number) => string {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const span = useSpan();
  return (ms) => (ms < 1_000 ? `${whole(ms)} ${t('live.ms')}` : span(ms));
}
