import { Counter, Histogram, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';
import type { Metrics } from '../metrics/metrics.ts';

/** Names nobody serves share one label value, or any caller could make the metrics grow. */
export const UNKNOWN = 'unknown';

const BOUNDS_MS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

/**
 * The figures of one procedure: plain numbers on the way of a call, brought into the registry's form only when
 * somebody reads the metrics. (An observe() of the library costs a tenth of a whole call.)
 */
export class CallFigures {
  readonly procedure: string;
  ok = 0;
  readonly failures = new Map<string, number>();
  /** Calls whose duration fell under each bound and over the one before. */
  readonly durations = new Float64Array(BOUNDS_MS.length + 1);
  sumMs = 0;

  constructor(procedure: string) {
    this.procedure = procedure;
  }

  succeeded(ms: number): void {
    this.ok++;
    this.#took(ms);
  }

  failed(code: string, ms: number): void {
    this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
    this.#took(ms);
  }

  #took(ms: number): void {
    this.sumMs += ms;
    let bucket = 0;
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++;
    this.durations[bucket]!++;
  }
}

export interface CallMetrics {
  figures(procedure: string): CallFigures;
}

export function createCallMetrics({ registry }: Metrics): CallMetrics {
  const all = new Map<string, CallFigures>();
  const counted = new Map<string, number>();
  new Counter({
    name: 'kinga_calls_total',
    help: 'Answered calls by procedure and code',
    labelNames: ['procedure', 'code'],
    registers: [registry],
    collect() {
      for (const figures of all.values()) {
        for (const [code, count] of [['OK', figures.ok] as const, ...figures.failures]) {
          const key = `${figures.procedure} ${code}`;
          this.inc({ procedure: figures.procedure, code }, count - (counted.get(key) ?? 0));
          counted.set(key, count);
        }
      }
    },
  });
  new CallDurations(registry, all);
  return {
    figures(procedure) {
      const figures = all.get(procedure) ?? new CallFigures(procedure);
      all.set(procedure, figures);
      return figures;
    },
  };
}

const DURATIONS = {
  name: 'kinga_call_seconds',
  help: 'Duration of calls on the server, from arrival to answer',
  labelNames: ['procedure'] as const,
  buckets: BOUNDS_MS.map((ms) => ms / 1000),
};

/** A histogram whose values are kept elsewhere. */
class CallDurations extends Histogram<'procedure'> {
  readonly #all: ReadonlyMap<string, CallFigures>;
  /** Says everything but the values. */
  readonly #shell = new Histogram({ ...DURATIONS, registers: [] });

  constructor(registry: Metrics['registry'], all: ReadonlyMap<string, CallFigures>) {
    super({ ...DURATIONS, registers: [registry] });
    this.#all = all;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<'procedure'>>> {
    const values = [...this.#all.values()].flatMap(valuesOf);
    return { ...(await this.#shell.get()), values };
  }

  /** What the registry asks for, rather than get(), when it writes the text form. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<'procedure'>>> {
    return this.get();
  }
}

function valuesOf(figures: CallFigures): MetricValueWithName<'procedure'>[] {
  const { procedure } = figures;
  let below = 0;
  const buckets = [...BOUNDS_MS.map((ms) => String(ms / 1000)), '+Inf'].map((le, index) => {
    below += figures.durations[index] ?? 0;
    return { metricName: `${DURATIONS.name}_bucket`, labels: { procedure, le }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${DURATIONS.name}_sum`, labels: { procedure }, value: figures.sumMs / 1000 },
    { metricName: `${DURATIONS.name}_count`, labels: { procedure }, value: below },
  ];
}
