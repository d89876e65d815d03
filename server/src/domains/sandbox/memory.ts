import type { Standing } from '@kinga/shared/sandbox/persons.ts';
import type { Memory, Prober } from '../exclusions/index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A pending exclusion begins this long after whatever instant it is asked at. */
const PENDING_MS = 30_000;
const KEY_CHARS = 16;

export type Trouble = 'unavailable' | 'rateLimited' | 'slow' | 'unknown';
const TROUBLES: ReadonlySet<Standing> = new Set<Trouble>(['unavailable', 'rateLimited', 'slow', 'unknown']);

/** When an exclusion of this standing begins and ends, seen from now. */
function intervalOf(standing: Standing, nowMs: number): readonly [number, number] | undefined {
  switch (standing) {
    case 'excluded':
      return [nowMs - DAY_MS, Number.POSITIVE_INFINITY];
    case 'stays':
      return [nowMs - 200 * DAY_MS, Number.POSITIVE_INFINITY];
    case 'pending':
      return [nowMs + PENDING_MS, Number.POSITIVE_INFINITY];
    case 'ended':
      return [nowMs - 2 * DAY_MS, nowMs - DAY_MS];
    default:
      return undefined;
  }
}

export interface Known {
  readonly nowMs: number;
  readonly seq: number;
  /** Key as latin1 -> how it is known. */
  readonly standings: ReadonlyMap<string, readonly Standing[]>;
}

/** What the sandbox's register knows about the keys of one call, in the place of a node's replica. */
export class SandboxMemory implements Memory {
  readonly table: Prober;
  readonly clock: Memory['clock'];
  readonly state: Memory['state'];
  readonly seq: number;
  readonly asOfMs: number;
  readonly quietMs = Number.POSITIVE_INFINITY;
  freshMs = 0;
  readonly #known: Known;

  /** @param isTrusted false: as if PostgreSQL had another history than this node, so that nothing may be said */
  constructor(known: Known, isTrusted = true) {
    const { nowMs } = known;
    this.#known = known;
    this.table = new StandingProber(known);
    this.clock = { lower: () => nowMs, upper: () => nowMs };
    this.state = isTrusted ? 'live' : 'broken';
    this.seq = known.seq;
    this.asOfMs = nowMs;
  }

  isFresh(): boolean {
    return this.state === 'live';
  }

  troubleOf(keys: readonly Buffer[]): { trouble: Trouble; key: Buffer } | undefined {
    for (const key of keys) {
      const standings = this.#known.standings.get(key.toString('latin1')) ?? [];
      const trouble = standings.find((standing) => TROUBLES.has(standing));
      if (trouble !== undefined) return { trouble: trouble as Trouble, key };
    }
    return undefined;
  }
}

class StandingProber implements Prober {
  pendingStartsAt = Number.POSITIVE_INFINITY;
  readonly #known: Known;

  constructor(known: Known) {
    this.#known = known;
  }

  probe(text: string, lower: number, upper: number): boolean {
    this.pendingStartsAt = Number.POSITIVE_INFINITY;
    let isActive = false;
    for (const standing of this.#known.standings.get(text.slice(0, KEY_CHARS)) ?? []) {
      const [startsAt, endsAt] = intervalOf(standing, this.#known.nowMs) ?? [0, 0];
      if (startsAt > upper) this.pendingStartsAt = Math.min(this.pendingStartsAt, startsAt);
      else if (endsAt > lower) isActive = true;
    }
    return isActive;
  }
}
