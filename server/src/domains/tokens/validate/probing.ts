import type { KeyActor } from '../../../platform/call/actor.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { raiseAlert } from '../../alerts/index.ts';
import { RULES } from '../fraud/rules.ts';

const { tokensMax, withinMinutes } = RULES.probing;
const WINDOW_MS = withinMinutes * 60_000;
/** What goes on is told again at most this often. */
const AGAIN_AFTER_MS = 10_000;
/** Keys remembered; those that were seen first go first. */
const KEYS_MAX = 10_000;

/** `malformed`: no token at all; `unknown`: nobody's; `foreign`: another operator's. */
export type Miss = 'malformed' | 'unknown' | 'foreign';

interface Misses extends Record<Miss, number> {
  readonly sinceMs: number;
  raisedAtMs: number;
}

/**
 * Whoever asks by tokens that are not theirs tries them out, or reads the wrong column. What is answered tells
 * them nothing; somebody accountable is told.
 */
export class Probing implements Service {
  readonly name = 'tokens-probing';
  readonly #platform: Platform;
  readonly #byKey = new Map<string, Misses>();
  readonly #raising = new Set<Promise<void>>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#raising);
  }

  note(miss: Miss, key: KeyActor): void {
    const nowMs = performance.now();
    const misses = this.#of(key.keyId, nowMs);
    misses[miss]++;
    const { malformed, unknown, foreign } = misses;
    if (malformed + unknown + foreign <= tokensMax || nowMs - misses.raisedAtMs < AGAIN_AFTER_MS) return;
    misses.raisedAtMs = nowMs;
    const raising = this.#raise({ malformed, unknown, foreign }, key)
      .catch((error) => this.#platform.log.error({ err: error }, 'a probing of tokens was not told'))
      .finally(() => this.#raising.delete(raising));
    this.#raising.add(raising);
  }

  #of(keyId: string, nowMs: number): Misses {
    const known = this.#byKey.get(keyId);
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) return known;
    const misses = { malformed: 0, unknown: 0, foreign: 0, sinceMs: nowMs, raisedAtMs: -AGAIN_AFTER_MS };
    // Anew at the end: the first of the map is the oldest.
    this.#byKey.delete(keyId);
    this.#byKey.set(keyId, misses);
    for (const [oldest] of this.#byKey) {
      if (this.#byKey.size <= KEYS_MAX) break;
      this.#byKey.delete(oldest);
    }
    return misses;
  }

  async #raise(misses: Record<Miss, number>, { operatorId, keyId }: KeyActor): Promise<void> {
    const { malformed, unknown, foreign } = misses;
    await this.#platform.db.transaction((tx) =>
      raiseAlert(tx, {
        kind: 'tokens.probing',
        severity: 'warning',
        operatorId,
        key: keyId,
        explanation:
          `A key asked by ${malformed + unknown + foreign} tokens within ${withinMinutes} minutes that are not its ` +
          `operator's: ${malformed} were no tokens, ${unknown} are nobody's, ${foreign} are another operator's; from ` +
          `${tokensMax + 1} on somebody tries them out, or the operator's own records are wrong. None was answered.`,
        facts: { keyId, ...misses, tokensMax, withinMinutes },
      }),
    );
  }
}
