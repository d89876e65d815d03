import { isUnavailable } from '../../platform/db/errors.ts';
import type { AskedBet, Verdict } from './bets.ts';

/** Bets in one transaction; bounds how long a group holds its markets. */
const GROUP_MAX = 64;
/** Groups on their way at once: while one waits for the disk the next is judged. */
const LANES = 2;
/** Bets waiting on this node; a call beyond it is better told to come again than kept. */
export const WAITING_MAX = 10_000;

interface Waiting {
  readonly bet: AskedBet;
  resolve(verdict: Verdict): void;
  reject(error: unknown): void;
}

export type PlaceGroup = (bets: readonly AskedBet[]) => Promise<ReadonlyMap<string, Verdict>>;

/**
 * Groups the bets that arrive while others are being committed, so that fifty bettors on one market share its
 * row's lock and a commit instead of queueing for them one by one. A lone bet goes at once. An account is in a
 * group once: the judging of a group needs no order inside it, and two calls with one key never meet in it.
 */
export class BetQueue {
  readonly #place: PlaceGroup;
  #waiting: Waiting[] = [];
  #lanesBusy = 0;

  constructor(place: PlaceGroup) {
    this.#place = place;
  }

  get isFull(): boolean {
    return this.#waiting.length >= WAITING_MAX;
  }

  place(bet: AskedBet): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bet, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#lanesBusy < LANES && this.#waiting.length > 0) {
      const group = this.#takeGroup();
      this.#lanesBusy++;
      void this.#settle(group).finally(() => {
        this.#lanesBusy--;
        this.#next();
      });
    }
  }

  #takeGroup(): Waiting[] {
    const accounts = new Set<string>();
    const group: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (group.length < GROUP_MAX && !accounts.has(waiting.bet.accountId)) {
        accounts.add(waiting.bet.accountId);
        group.push(waiting);
      } else {
        rest.push(waiting);
      }
    }
    this.#waiting = rest;
    return group;
  }

  /**
   * When a group fails, each member is tried by itself: one bad bet must not take the others along. With the
   * database away there is nothing to try; the callers repeat with their keys.
   */
  async #settle(group: readonly Waiting[]): Promise<void> {
    try {
      const verdicts = await this.#place(group.map((waiting) => waiting.bet));
      for (const waiting of group) {
        const verdict = verdicts.get(waiting.bet.betId);
        if (verdict) waiting.resolve(verdict);
        else waiting.reject(new Error(`no verdict on bet ${waiting.bet.betId}`));
      }
    } catch (error) {
      if (group.length === 1 || isUnavailable(error)) for (const waiting of group) waiting.reject(error);
      else for (const waiting of group) await this.#settle([waiting]);
    }
  }
}
