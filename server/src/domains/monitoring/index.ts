import { monitoringTopics } from '@kinga/shared/monitoring/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import { Monitor, type MonitorSources } from './monitor.ts';

export { LATENCY_BOUNDS_MS, LATENCY_BUCKETS, LatencyHistogram, type RegisterStats } from './stats.ts';

export interface Monitoring {
  readonly domain: Domain;
}

/**
 * The whole hub at a glance, once a second. Nothing is published: the feed of each node asks its own monitor, so
 * a watcher is not told by every node what each of them knows.
 */
export function createMonitoring(platform: Platform, sources: MonitorSources): Monitoring {
  const topic = monitoringTopics.live;
  const monitor = new Monitor(platform, sources);
  return {
    domain: {
      name: 'monitoring',
      handlers: {},
      states: [
        {
          topic,
          current: () => monitor.current(),
          async newer(known) {
            const latest = monitor.latest();
            const names = [...known].filter(
              ([, version]) => latest !== undefined && latest.version > version,
            );
            return new Map(latest === undefined ? [] : names.map(([name]) => [name, latest]));
          },
        },
      ],
      services: [monitor],
    },
  };
}
