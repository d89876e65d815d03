import type { NodeStats } from '@kinga/shared/monitoring/contract.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { Platform } from '../../platform/context.ts';
import type { Exclusions } from '../exclusions/index.ts';
import { CanaryKey } from './key.ts';
import { type Canary, ensureCanaries } from './persons.ts';
import { type CanaryFigures, CanaryWatch } from './watch.ts';

export type { CanaryFigures } from './watch.ts';

export interface Canaries {
  /** When this is the node's own key. */
  actorOf(apiKey: string): KeyActor | undefined;
  /** Before the node listens: the persons are there. */
  prepare(): Promise<void>;
  /** From now on they are asked about, at this address. */
  begin(url: string): void;
  /** Before anything else stops. */
  stop(): Promise<void>;
  /** undefined: none are asked about. */
  figures(): CanaryFigures | undefined;
  /** A node's sockets without its own to itself. */
  leaveOut(sockets: NodeStats['sockets']): NodeStats['sockets'];
}

/**
 * Persons about whom the right answer is known, asked of every node by itself, as operators ask. The Dutch register
 * once told everybody that they were in it; the first to notice should not be the people.
 */
export function createCanaries(platform: Platform, register: Pick<Exclusions, 'registerWithin'>): Canaries {
  const key = new CanaryKey();
  let canaries: readonly Canary[] = [];
  let watch: CanaryWatch | undefined;
  if (platform.config.canaries) exportMetrics(platform, () => watch?.figures());
  return {
    actorOf: (apiKey) => key.actorOf(apiKey),
    prepare: async () => {
      if (platform.config.canaries) canaries = await ensureCanaries(platform, register);
    },
    begin: (url) => {
      if (platform.config.canaries) watch = new CanaryWatch(platform, { canaries, url, apiKey: key.text });
    },
    stop: async () => {
      await watch?.stop();
    },
    figures: () => watch?.figures(),
    leaveOut: (sockets) => ({ ...sockets, key: Math.max(0, sockets.key - (watch?.sockets ?? 0)) }),
  };
}

function exportMetrics({ metrics }: Platform, figures: () => CanaryFigures | undefined): void {
  const gauge = metrics.gauge('kinga_canaries', 'Known persons on a route, by whether the answer was right', [
    'state',
  ]);
  Object.assign(gauge, {
    collect: () => {
      const { ok, failing } = figures() ?? { ok: 0, failing: 0 };
      gauge.set({ state: 'ok' }, ok);
      gauge.set({ state: 'failing' }, failing);
    },
  });
}
