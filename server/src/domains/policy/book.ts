import type { PolicyValues } from '@kinga/shared/policy/values.ts';

/** One version of the policy as everybody else uses it. */
export interface PolicyVersion {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly startsAt: number;
  readonly values: PolicyValues;
}

const DAY_MS = 86_400_000;

/** How long after an exclusion has ended nobody is advertised to. */
export function quietMsOf({ values }: Pick<PolicyVersion, 'values'>): number {
  return values.marketing.quietDays * DAY_MS;
}

/** The versions that count, in the order of their start. Asked on the hot path: see `at`. */
export class PolicyBook {
  readonly #versions: readonly PolicyVersion[];
  #current: PolicyVersion;
  /** Between which instants `#current` is the answer. */
  #from = 0;
  #until = 0;

  /** By start, the earliest first; at least one. */
  constructor(versions: readonly PolicyVersion[]) {
    const [first] = versions;
    if (first === undefined) throw new Error('there is no policy');
    this.#versions = versions;
    this.#current = first;
  }

  /** In force at an instant of the database's clock. As long as the version is the same, two comparisons. */
  at(ms: number): PolicyVersion {
    if (ms >= this.#from && ms < this.#until) return this.#current;
    const versions = this.#versions;
    let index = versions.length - 1;
    while (index > 0 && versions[index]!.startsAt > ms) index--;
    this.#current = versions[index]!;
    // What came before the first is judged by the first.
    this.#from = index === 0 ? Number.NEGATIVE_INFINITY : this.#current.startsAt;
    this.#until = versions[index + 1]?.startsAt ?? Number.POSITIVE_INFINITY;
    return this.#current;
  }

  /** The longest quiet time of the version in force then and of those to come. */
  longestQuietMs(ms: number): number {
    const current = this.at(ms);
    return Math.max(...this.#versions.slice(this.#versions.indexOf(current)).map(quietMsOf));
  }
}
