import { monitoringTopics } from '@kinga/shared/monitoring/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Platform } from '../../platform/context.ts';
import type { StateFrame } from '../../platform/feed/source.ts';
import { Monitor, type MonitorSources } from './monitor.ts';

export { LATENCY_BOUNDS_MS, LATENCY_BUCKETS, LatencyHistogram, type RegisterStats } from './stats.ts';

export interface MonitoringDeps extends MonitorSources {
  /** Pushes a frame to this node's watchers. */
  readonly publishState: (topic: string, frame: StateFrame) => void;
}

export interface Monitoring {
  readonly domain: Domain;
}

/** The whole hub at a glance, once a second. */
export function createMonitoring(platform: Platform, deps: MonitoringDeps): Monitoring {
  const topic = monitoringTopics.live;
  const monitor = new Monitor(platform, deps, (frame) => deps.publishState(topic.pattern, frame));
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
