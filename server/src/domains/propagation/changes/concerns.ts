import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { FollowedEntry, Standing } from '../../exclusions/index.ts';
import type { TokenOfKeys } from '../../tokens/index.ts';

type Interval = Standing['interval'];

/** A person as one operator knows them. */
export interface Holder {
  readonly operatorId: string;
  readonly handle: string;
  readonly tokenSealed: Buffer;
  readonly customersSealed: readonly Buffer[];
  /** Rises when what stands of the person has to be told anew. */
  readonly learned: number;
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
  for (const { operatorId, tokenHandle, tokenSealed, learned, customerIdSealed, keys } of tokens) {
    const holder = holders.get(tokenHandle) ?? {
      operatorId,
      handle: tokenHandle,
      tokenSealed,
      customersSealed: [],
      learned,
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
    const touched = new Map<Holder, Interval[]>();
    for (const { key, intervals } of entry.keys) {
      for (const holder of byKey.get(key) ?? []) {
        touched.set(holder, [...(touched.get(holder) ?? []), ...intervals]);
      }
    }
    return Array.from(touched, ([holder, intervals]) => concernOf(entry, holder, intervals));
  });
}

function concernOf(entry: FollowedEntry, holder: Holder, intervals: readonly Interval[]): Concern {
  const open = intervals.filter(({ endsAt }) => endsAt === null || endsAt > entry.at.getTime());
  const isLifted = entry.kind === 'lifted';
  return {
    holder,
    registerSeq: entry.seq,
    type: entry.kind,
    // What is still to come begins no earlier for having been changed.
    effectiveAt: isLifted || open.length === 0 ? entry.effectiveAt : later(entry.effectiveAt, earliest(open)),
    committedAt: entry.at,
    // After a lifting somebody else's exclusion may be left on the same key; that one was told by itself.
    mustClose: !isLifted && open.length > 0,
    excludedUntil: latest(open),
    isOver: open.length === 0,
  };
}

/**
 * A lifting, or a number that is not theirs after all, leaves a person excluded by whatever else the operator knows
 * them by, of which the entry says nothing.
 */
export function withWhatIsLeft(
  concerns: readonly Concern[],
  holders: readonly Holder[],
  standings: readonly Standing[],
): Concern[] {
  const byKey = byKeyOf(standings);
  const left = new Map(holders.map((holder) => [holder.handle, standingsOf(holder, byKey)]));
  return concerns.map((concern) => {
    if (!isLess(concern)) return concern;
    const intervals = (left.get(concern.holder.handle) ?? []).map(({ interval }) => interval);
    return { ...concern, excludedUntil: latest(intervals), isOver: intervals.length === 0 };
  });
}

/** May the account be one that need not be closed any more? */
export function isLess({ type, isOver }: Concern): boolean {
  return type === 'lifted' || isOver;
}

/** What is told of people who were excluded before the operator had a token of them, or knew this of them. */
export function concernsOfTokens(
  holders: readonly Holder[],
  standings: readonly Standing[],
  now: Date,
): Concern[] {
  const byKey = byKeyOf(standings);
  return holders.flatMap((holder): Concern[] => {
    const own = standingsOf(holder, byKey);
    if (own.length === 0) return [];
    const intervals = own.map(({ interval }) => interval);
    return [
      {
        holder,
        registerSeq: Math.max(...own.map(({ seq }) => seq)),
        type: 'registered',
        effectiveAt: earliest(intervals),
        committedAt: now,
        mustClose: true,
        excludedUntil: latest(intervals),
        isOver: false,
      },
    ];
  });
}

type ByKey = ReadonlyMap<string, readonly Standing[]>;

function byKeyOf(standings: readonly Standing[]): ByKey {
  return Map.groupBy(standings, ({ key }) => key.toString('hex'));
}

function standingsOf({ keys }: Holder, byKey: ByKey): Standing[] {
  return [...keys].flatMap((key) => byKey.get(key) ?? []);
}

function earliest(intervals: readonly Interval[]): Date {
  return new Date(Math.min(...intervals.map(({ startsAt }) => startsAt)));
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function latest(intervals: readonly Interval[]): Date | null {
  const known = intervals.map(({ endsAt }) => endsAt).filter((end) => end !== null);
  return known.length < intervals.length || known.length === 0 ? null : new Date(Math.max(...known));
}
