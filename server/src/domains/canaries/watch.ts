import { setTimeout as delay } from 'node:timers/promises';
import type { Platform } from '../../platform/context.ts';
import { raiseAlert, resolveAlert, resolveUnseen } from '../alerts/index.ts';
import type { Canary } from './persons.ts';
import { Door, LATE_MS, ROUTES, type Route, type Told } from './routes.ts';

const EVERY_MS = 5_000;
/** A failing node tells so each time; one that has not for so long is gone, or is right again. */
const GONE_SECONDS = 60;

const KIND = 'canary.failed';

export interface CanaryFigures {
  /** Canaries on a route that were answered rightly and in time, the last time. */
  readonly ok: number;
  readonly failing: number;
  /** null: they were never asked. */
  readonly lastAt: string | null;
}

interface Failure {
  readonly canary: string;
  readonly expected: string;
  readonly answer: string;
}

/** Asks this node about the canaries, on every route and every five seconds, and sounds the alarm. */
export class CanaryWatch {
  readonly #platform: Platform;
  readonly #canaries: readonly Canary[];
  readonly #door: Door;
  readonly #failing = new Map<Route, readonly Failure[]>();
  /** Routes about which an alert of this node is open. */
  readonly #told = new Set<Route>();
  readonly #ending = new AbortController();
  #asked = 0;
  #lastAt: string | null = null;
  #isLate = false;
  #running: Promise<void>;

  constructor(
    platform: Platform,
    of: { readonly canaries: readonly Canary[]; readonly url: string; readonly apiKey: string },
  ) {
    this.#platform = platform;
    this.#canaries = of.canaries;
    this.#door = new Door(of.url, of.apiKey);
    this.#running = this.#run(this.#ending.signal);
  }

  get sockets(): number {
    return this.#door.isConnected ? 1 : 0;
  }

  figures(): CanaryFigures {
    const failing = [...this.#failing.values()].reduce((sum, failures) => sum + failures.length, 0);
    return { ok: this.#asked - failing, failing, lastAt: this.#lastAt };
  }

  /** A node that stops is not one that answers wrongly. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#door.close();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const beganMs = performance.now();
      await this.#round(signal);
      const restMs = Math.max(LATE_MS, EVERY_MS - (performance.now() - beganMs));
      await delay(restMs, undefined, { signal }).catch(() => {});
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    const told = await Promise.all(ROUTES.map(async (route) => await this.#door.ask(route, this.#canaries)));
    if (signal.aborted) return;
    for (const [index, route] of ROUTES.entries()) {
      this.#failing.set(route, failuresOf(this.#canaries, told[index] ?? new Map()));
    }
    this.#asked = ROUTES.length * this.#canaries.length;
    this.#lastAt = new Date().toISOString();
    try {
      await this.#tell();
      this.#isLate = false;
    } catch (error) {
      // Once for all the rounds until it works again; the metric and the live figures have it meanwhile.
      if (!this.#isLate) this.#platform.log.error({ err: error }, 'the canaries could not be told');
      this.#isLate = true;
    }
  }

  async #tell(): Promise<void> {
    const { db, node } = this.#platform;
    const failing = ROUTES.filter((route) => (this.#failing.get(route)?.length ?? 0) > 0);
    const right = ROUTES.filter((route) => this.#told.has(route) && !failing.includes(route));
    await db.transaction(async (tx) => {
      for (const route of failing) {
        await raiseAlert(tx, alertOf(node, route, this.#failing.get(route) ?? []));
      }
      for (const route of right) {
        const resolution = 'The canaries are answered rightly and in time again.';
        await resolveAlert(tx, { kind: KIND, key: keyOf(node, route), resolution });
      }
      await resolveUnseen(tx, { kind: KIND, seconds: GONE_SECONDS, resolution: 'The node is gone.' });
    });
    for (const route of failing) this.#told.add(route);
    for (const route of right) this.#told.delete(route);
  }
}

function failuresOf(canaries: readonly Canary[], told: Told): Failure[] {
  return canaries.flatMap(({ id, expected }) => {
    const answer = told.get(id) ?? 'none';
    return answer === expected ? [] : [{ canary: id, expected, answer }];
  });
}

function keyOf(node: string, route: Route): string {
  return `${node}:${route}`;
}

const WAYS: Readonly<Record<Route, string>> = {
  socket: 'exclusions.lookup on a socket',
  batch: 'exclusions.lookupMany on a socket',
  http: 'exclusions.lookup over HTTP',
  token: 'tokens.validate on a socket',
};

function alertOf(node: string, route: Route, failures: readonly Failure[]) {
  const wrong = failures.map(({ expected, answer }) => `${answer} instead of ${expected}`);
  return {
    kind: KIND,
    severity: 'critical',
    key: keyOf(node, route),
    explanation:
      `The node ${node} answered about ${failures.length} of the known persons wrongly, or not within ` +
      `${LATE_MS} ms, on the way ${WAYS[route]}: ${[...new Set(wrong)].join(', ')}. Operators who ask there may be ` +
      'told the same. The alert ends by itself when the answers are right.',
    facts: { node, route, failures },
  } as const;
}
