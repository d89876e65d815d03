import type { Logger } from '../log/log.ts';
import type { Service } from './service.ts';
import { within } from './within.ts';

const DRAIN_MS_MAX = 5_000;
const STOP_MS_MAX = 1_500;

/** Services in the order they stand on each other: started first to last, drained and stopped last to first. */
export interface ServiceGroup {
  /** When one does not start, those before it are stopped again. */
  start(): Promise<void>;
  /** Never throws: a service that fails or hangs is logged and passed by. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

export function groupServices(services: readonly Service[], log: Logger): ServiceGroup {
  const running: Service[] = [];
  let draining: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  const end = async (phase: 'drain' | 'stop', msMax: number) => {
    const deadline = performance.now() + msMax;
    for (const service of [...running].reverse()) {
      try {
        // Each gets what is left, and the last ones a moment even when nothing is.
        await within(Math.max(deadline - performance.now(), 100), async () => service[phase]?.());
      } catch (error) {
        log.error({ err: error, service: service.name, phase }, 'a service did not end well');
      }
    }
  };
  const stop = () => {
    stopping ??= end('stop', STOP_MS_MAX);
    return stopping;
  };
  return {
    start: async () => {
      try {
        for (const service of services) {
          // Before it is awaited: a start that fails halfway leaves something to stop.
          running.push(service);
          await service.start?.();
        }
      } catch (error) {
        await stop();
        throw error;
      }
    },
    drain: () => {
      draining ??= end('drain', DRAIN_MS_MAX);
      return draining;
    },
    stop,
  };
}
