import { isUnavailable } from '../../platform/db/errors.ts';
import type { AskedBet, Verdict } from './bets.ts';

/** Bets in one transaction; bounds how long a group holds its markets. */
const GROUP_MAX = 64;
/**
 * One group at a time makes the largest groups (measured: 2.7 times one statement per bet, against 2.2 with two
 * at once); but one that waits for somebody's lock must not hold up everybody, so another may pass it then.
 */
const PATIENCE_MS = 30;
const LANES_MAX = 4;
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
  #startedAt = 0;
  #overtaking: NodeJS.Timeout | undefined;

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
    if (this.#waiting.length === 0) return;
    const patienceMs = this.#startedAt + PATIENCE_MS - performance.now();
    if (this.#lanesBusy === 0 || (this.#lanesBusy < LANES_MAX && patienceMs <= 0)) this.#start();
    else if (this.#lanesBusy < LANES_MAX) this.#overtake(patienceMs);
  }

  #start(): void {
    const group = this.#takeGroup();
    this.#lanesBusy++;
    this.#startedAt = performance.now();
    void this.#settle(group).finally(() => {
      this.#lanesBusy--;
      this.#next();
    });
  }

  #overtake(afterMs: number): void {
    this.#overtaking ??= setTimeout(() => {
      this.#overtaking = undefined;
      this.#next();
    }, afterMs);
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
