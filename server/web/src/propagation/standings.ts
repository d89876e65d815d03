import type { PropagationTable, Standing } from '@kinga/shared/propagation/contract.ts';
import { useRef, useState } from 'react';
import { useConfirm } from '../app/freshness.ts';
import { useNotify } from '../app/notices.ts';
import { useWatch } from '../hub/use-watch.ts';
import { WINDOW_SECONDS } from '../live/history.ts';

/** After so long without an acknowledgement the hub raises an alarm. */
export const LATE_MS = 5_000;

/** What was open over the last five minutes, for the chart. */
export interface OpenHistory {
  readonly times: readonly number[];
  readonly open: readonly number[];
  readonly version: number;
}

/** Every operator, once a second, whoever is in trouble first. */
export function useStandings(): { table: PropagationTable | undefined; history: OpenHistory } {
  const notify = useNotify();
  const confirm = useConfirm();
  const [table, setTable] = useState<PropagationTable>();
  const past = useRef({ times: [] as number[], open: [] as number[], version: 0 });
  useWatch('monitoring/propagation', {
    onItem: (item) => {
      if (item.kind === 'reset') notify('connection.resetLive');
      const frame = item.kind === 'event' ? item.data : item.snapshot;
      if (frame === undefined) return;
      remember(past.current, frame);
      confirm(frame.at);
      setTable({ ...frame, operators: frame.operators.toSorted(byTrouble) });
    },
    onAsOf: confirm,
  });
  return { table, history: past.current };
}

function remember(past: { times: number[]; open: number[]; version: number }, frame: PropagationTable): void {
  const at = Date.parse(frame.at) / 1_000;
  if (at <= (past.times.at(-1) ?? 0)) return;
  past.times.push(at);
  past.open.push(frame.operators.reduce((sum, { openReceipts }) => sum + openReceipts, 0));
  past.version += 1;
  while ((past.times[0] ?? at) < at - WINDOW_SECONDS) {
    past.times.shift();
    past.open.shift();
  }
}

function byTrouble(a: Standing, b: Standing): number {
  return (
    (b.oldestOpenMs ?? -1) - (a.oldestOpenMs ?? -1) ||
    b.lag - a.lag ||
    Number(b.reach === 'none') - Number(a.reach === 'none') ||
    a.name.localeCompare(b.name)
  );
}
