/** How long what an account is known by is believed without asking again. */
const BELIEVED_MS = 5_000;
const ACCOUNTS_MAX = 50_000;

interface Entry {
  readonly keys: Promise<readonly Buffer[]>;
  readonly until: number;
}

/**
 * What an account is known by in the register, remembered for a moment: it changes by hand and rarely, and one
 * query per bet would cost as much as the bet. Only the keys are remembered; the register is asked each time.
 */
export class KnownKeys {
  readonly #read: (accountId: string) => Promise<readonly Buffer[]>;
  readonly #known = new Map<string, Entry>();

  constructor(read: (accountId: string) => Promise<readonly Buffer[]>) {
    this.#read = read;
  }

  of(accountId: string): Promise<readonly Buffer[]> {
    const now = performance.now();
    const known = this.#known.get(accountId);
    if (known && known.until > now) return known.keys;
    if (this.#known.size >= ACCOUNTS_MAX) this.#known.clear();
    const keys = this.#read(accountId);
    this.#known.set(accountId, { keys, until: now + BELIEVED_MS });
    keys.catch(() => this.#known.delete(accountId));
    return keys;
  }
}
