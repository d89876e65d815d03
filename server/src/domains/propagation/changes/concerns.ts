import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { exclusionsOfKeys, FollowedEntry } from '../../exclusions/index.ts';
import type { TokenOfKeys } from '../../tokens/index.ts';

/** A person as one operator knows them. */
export interface Holder {
  readonly operatorId: string;
  readonly handle: string;
  readonly tokenSealed: Buffer;
  readonly customersSealed: readonly Buffer[];
  /** In hex. */
  readonly keys: ReadonlySet<string>;
}

/** One change for one operator: what it will be told, and what is expected of it. */
export interface Concern {
  readonly holder: Holder;
  readonly registerSeq: number;
  readonly type: ChangeType;
  readonly effectiveAt: Date;
  readonly committedAt: Date;
  readonly mustClose: boolean;
  /** null: no end is known, or it is over. */
  readonly excludedUntil: Date | null;
  /** Nothing is left of it on what this person is known by here. */
  readonly isOver: boolean;
}

/** A row a customer becomes one holder a person. */
export function holdersOf(tokens: readonly TokenOfKeys[]): Holder[] {
  const holders = new Map<string, Holder & { customersSealed: Buffer[] }>();
  for (const { operatorId, tokenHandle, tokenSealed, customerIdSealed, keys } of tokens) {
    const holder = holders.get(tokenHandle) ?? {
      operatorId,
      handle: tokenHandle,
      tokenSealed,
      customersSealed: [],
      keys: new Set(keys.map((key) => key.toString('hex'))),
    };
    if (customerIdSealed !== null) holder.customersSealed.push(customerIdSealed);
    holders.set(tokenHandle, holder);
  }
  return [...holders.values()];
}

/** Whom each entry of the register concerns, in the order of the entries. */
export function concernsOfEntries(entries: readonly FollowedEntry[], holders: readonly Holder[]): Concern[] {
  const byKey = new Map<string, Holder[]>();
  for (const holder of holders) {
    for (const key of holder.keys) byKey.set(key, [...(byKey.get(key) ?? []), holder]);
  }
  return entries.flatMap((entry) => {
    const touched = new Map<Holder, (number | null)[]>();
    for (const { key, intervals } of entry.keys) {
      for (const holder of byKey.get(key) ?? []) {
        const ends = touched.get(holder) ?? [];
        ends.push(...intervals.map(({ endsAt }) => endsAt));
        touched.set(holder, ends);
      }
    }
    return Array.from(touched, ([holder, ends]): Concern => {
      const open = ends.filter((end) => end === null || end > entry.at.getTime());
      return {
        holder,
        registerSeq: entry.seq,
        type: entry.kind,
        effectiveAt: entry.effectiveAt,
        committedAt: entry.at,
        // After a lifting somebody else's exclusion may be left on the same key; that one was told by itself.
        mustClose: entry.kind !== 'lifted' && open.length > 0,
        excludedUntil: latest(open),
        isOver: open.length === 0,
      };
    });
  });
}

/** What is told of people who were excluded before the operator had a token of them, or knew this of them. */
export function concernsOfTokens(
  holders: readonly Holder[],
  standings: Awaited<ReturnType<typeof exclusionsOfKeys>>,
  now: Date,
): Concern[] {
  return holders.flatMap((holder): Concern[] => {
    const own = standings.filter(({ key }) => holder.keys.has(key.toString('hex')));
    const last = own.reduce<(typeof own)[number] | undefined>(
      (best, one) => (best === undefined || one.seq > best.seq ? one : best),
      undefined,
    );
    if (last === undefined) return [];
    return [
      {
        holder,
        registerSeq: last.seq,
        type: 'registered',
        effectiveAt: last.effectiveAt,
        committedAt: now,
        mustClose: true,
        excludedUntil: latest(own.map(({ interval }) => interval.endsAt)),
        isOver: false,
      },
    ];
  });
}

function latest(ends: readonly (number | null)[]): Date | null {
  const known = ends.filter((end) => end !== null);
  return known.length < ends.length || known.length === 0 ? null : new Date(Math.max(...known));
}
