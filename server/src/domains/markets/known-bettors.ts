/** How long what an account is known by is believed without asking again. */
const BELIEVED_MS = 5_000;
const ACCOUNTS_MAX = 50_000;

/** What a bet has to know of who places it. */
export interface KnownBettor {
  /** What they are known by in the register. */
  readonly keys: readonly Buffer[];
  readonly isUnderage: boolean;
}

interface Entry {
  readonly bettor: Promise<KnownBettor>;
  readonly until: number;
}

/**
 * What an account is known by in the register, and whether it is old enough, remembered for a moment: both change by
 * hand and rarely, and one query per bet would cost as much as the bet. The register itself is asked each time, and
 * by the bet's own statement also for what was added to the account since.
 */
export class KnownBettors {
  readonly #read: (accountId: string) => Promise<KnownBettor>;
  readonly #known = new Map<string, Entry>();

  constructor(read: (accountId: string) => Promise<KnownBettor>) {
    this.#read = read;
  }

  of(accountId: string): Promise<KnownBettor> {
    const now = performance.now();
    const known = this.#known.get(accountId);
    if (known && known.until > now) return known.bettor;
    if (this.#known.size >= ACCOUNTS_MAX) this.#known.clear();
    const bettor = this.#read(accountId);
    this.#known.set(accountId, { bettor, until: now + BELIEVED_MS });
    bettor.catch(() => this.#known.delete(accountId));
    return bettor;
  }
}
