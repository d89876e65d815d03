import type { Platform } from '../../../platform/context.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';
import { raiseAlert } from '../../alerts/index.ts';
import type { OfOperator } from '../operator.ts';

/** Uses between the same two operators are told at most this often; those in between are counted. */
const AGAIN_AFTER_MS = 1_000;

interface Between {
  raisedAtMs: number;
  /** Uses that were not told of. */
  untold: number;
}

/**
 * A token was used by another operator than its own: it was passed on, or stolen. The user is told what they
 * would be told of any unknown token, no later and no sooner; somebody accountable is told more.
 */
export class ForeignUse implements Service {
  readonly name = 'tokens-foreign-use';
  readonly #platform: Platform;
  readonly #between = new Map<string, Between>();
  readonly #raising = new Set<Promise<void>>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#raising);
  }

  note(handle: string, ownerId: string, user: OfOperator): void {
    const key = `${user.operatorId}:${ownerId}`;
    const between = this.#between.get(key) ?? { raisedAtMs: Number.NEGATIVE_INFINITY, untold: 0 };
    this.#between.set(key, between);
    const nowMs = performance.now();
    if (nowMs - between.raisedAtMs < AGAIN_AFTER_MS) {
      between.untold++;
      return;
    }
    const { untold } = between;
    between.raisedAtMs = nowMs;
    between.untold = 0;
    const raising = this.#raise({ handle, ownerId, key, untold }, user)
      .catch((error) => this.#platform.log.error({ err: error }, 'a foreign use of a token was not told'))
      .finally(() => this.#raising.delete(raising));
    this.#raising.add(raising);
  }

  async #raise(
    of: { handle: string; ownerId: string; key: string; untold: number },
    user: OfOperator,
  ): Promise<void> {
    const { handle, ownerId, key, untold } = of;
    await this.#platform.db.transaction((tx) =>
      raiseAlert(tx, {
        kind: 'tokens.foreign-use',
        severity: 'critical',
        operatorId: user.operatorId,
        key,
        explanation:
          `A token of the operator ${ownerId} was used by the operator ${user.operatorId}. ` +
          'A token is good at its own operator only: it was passed on or stolen.',
        facts: {
          ...{ handle, owner: ownerId, usedBy: user.operatorId, usesBefore: untold },
          ...(user.keyId !== undefined && { keyId: user.keyId }),
        },
      }),
    );
  }
}
