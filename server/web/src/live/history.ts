import type { Live } from '@kinga/shared/monitoring/contract.ts';

export const WINDOW_SECONDS = 300;
/** Frames come once a second: a longer silence is shown as a gap, not bridged by a line. */
const GAP_SECONDS = 4;

export type Measure = 'lookups' | 'p50' | 'p99' | 'hitRate' | 'bets';
type Column = (number | null)[];

/** The last five minutes of the live figures, as columns for the charts. */
export class History {
  readonly times: number[] = [];
  readonly columns: Readonly<Record<Measure, Column>> = {
    lookups: [],
    p50: [],
    p99: [],
    hitRate: [],
    bets: [],
  };

  push(live: Live): void {
    const at = Date.parse(live.at) / 1_000;
    const last = this.times.at(-1);
    if (last !== undefined && at <= last) return;
    if (last !== undefined && at - last > GAP_SECONDS) this.#add(last + 1, undefined);
    this.#add(at, live);
    while ((this.times[0] ?? at) < at - WINDOW_SECONDS) this.#dropFirst();
  }

  #add(at: number, live: Live | undefined): void {
    this.times.push(at);
    this.columns.lookups.push(live?.lookupsPerSecond ?? null);
    this.columns.p50.push(live?.lookupP50Ms ?? null);
    this.columns.p99.push(live?.lookupP99Ms ?? null);
    this.columns.hitRate.push(live?.hitRate ?? null);
    this.columns.bets.push(live?.betsPerSecond ?? null);
  }

  #dropFirst(): void {
    this.times.shift();
    for (const column of Object.values(this.columns)) column.shift();
  }
}
