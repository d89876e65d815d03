import { chain, GENESIS_HASH, type LogEntry } from '@kinga/server/domains/exclusions/log/entry.ts';
import { type Confirmation, FRESH_MS, Replica } from '@kinga/server/domains/exclusions/replica/replica.ts';
import { IntervalTable } from '@kinga/server/domains/exclusions/replica/table.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const T0 = 1_000_000;
const DATABASE_MS = 1_780_000_000_000;
const LOG = entries(50);

describe('the replica’s trust', () => {
  it('counts from before the question: a process frozen until the answer wakes up stale', () => {
    const { replica, confirm } = loaded();
    confirm(0, { askedAt: T0 + 500, answeredAt: T0 + 90_000 });
    expect(replica.isFresh(T0 + 500 + FRESH_MS)).toBe(true);
    expect(replica.isFresh(T0 + 90_000)).toBe(false);
    expect(replica.asOfMs).toBe(DATABASE_MS + 500);
  });

  it('is renewed by confirmations only, never by entries', () => {
    const { replica, confirm } = loaded();
    for (const entry of LOG) replica.apply(entry);
    expect(replica.isFresh(T0 + FRESH_MS + 1)).toBe(false);
    confirm(50, { askedAt: T0 + FRESH_MS });
    expect(replica.isFresh(T0 + FRESH_MS + 1)).toBe(true);
  });

  it('comes with the entries a confirmation spoke of, also when newer ones are already known of', () => {
    const { replica, confirm } = loaded();
    confirm(10, { askedAt: T0 + 900 });
    confirm(40, { askedAt: T0 + 1_800 });
    confirm(50, { askedAt: T0 + 2_700 });
    expect([replica.isFresh(T0 + 1_001), replica.lag]).toEqual([false, 50]);
    apply(replica, 1, 10);
    expect(replica.confirmedAt).toBe(T0 + 900);
    apply(replica, 11, 50);
    expect(replica.confirmedAt).toBe(T0 + 2_700);
  });

  it('accepts an answer about less than it knows by now, but not about less than it knew when it asked', () => {
    const one = loaded();
    apply(one.replica, 1, 20);
    one.confirm(10, { askedAt: T0 + 1, appliedWhenAsked: 10 });
    expect(one.replica.confirmedAt).toBe(T0 + 1);
    one.confirm(19, { askedAt: T0 + 2, appliedWhenAsked: 20 });
    expect([one.replica.state, one.broken.length]).toEqual(['broken', 1]);
  });

  it.each([
    ['another epoch', { epoch: 'other' }],
    ['another hash at the head', { hash: 'f'.repeat(64) }],
  ])('ends with %s', (_what, changed) => {
    const { replica, confirm, broken } = loaded();
    apply(replica, 1, 5);
    confirm(5, { askedAt: T0 + 1, ...changed });
    expect([replica.state, replica.isFresh(T0 + 1), broken.length]).toEqual(['broken', false, 1]);
    expect(replica.apply(LOG[5]!)).toBe('known');
  });

  it('is not moved by an answer to a question asked before it was loaded again', () => {
    const { replica, confirm, broken } = loaded();
    confirm(0, { askedAt: T0 + 1, epoch: 'other', load: 0 });
    expect([replica.state, broken]).toEqual(['live', []]);
  });
});

describe('applying entries', () => {
  it('takes each once and in order, whatever comes in whatever order, and nothing of another history', () => {
    const other = entries(50, 'person-b');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(49)), { maxLength: 300 }), (deliveries) => {
        const { replica, applied } = loaded();
        // The empty history is everybody's; from the first entry on there are two.
        apply(replica, 1, 1);
        for (const [mine, index] of deliveries) {
          const before = replica.seq;
          const entry = (mine ? LOG : other)[index]!;
          const outcome = replica.apply(entry);
          const isNext = entry.seq === before + 1;
          expect(outcome === 'applied').toBe(isNext && mine);
        }
        expect(applied.map(({ seq }) => seq)).toEqual(LOG.slice(0, replica.seq).map(({ seq }) => seq));
      }),
    );
  });

  it('refuses an entry whose content was changed under its hash', () => {
    const { replica } = loaded();
    const [first] = LOG;
    expect(replica.apply({ ...first!, effectiveAt: first!.effectiveAt + 1 })).toBe('fork');
    expect(replica.apply({ ...first!, keys: [] })).toBe('fork');
    expect(replica.apply(first!)).toBe('applied');
  });

  it('lets whoever waits for a seq go on when it is there, or when the time is over', async () => {
    const { replica } = loaded();
    const waiting = [replica.reached(5, 5_000), replica.reached(3, 5_000), replica.reached(50, 30)];
    apply(replica, 1, 5);
    expect(await Promise.all(waiting)).toEqual([true, true, false]);
    expect(await replica.reached(5, 0)).toBe(true);
  });
});

function loaded() {
  const applied: LogEntry[] = [];
  const broken: string[] = [];
  const replica = new Replica({
    applied: (entry) => applied.push(entry),
    broken: (reason) => broken.push(reason),
  });
  const instant = { databaseMs: DATABASE_MS, askedAt: T0, answeredAt: T0 };
  const head = { epoch: 'epoch', seq: 0, hash: GENESIS_HASH, people: 0, quietMs: 0, instant };
  replica.adopt(head, new IntervalTable());
  const confirm = (
    seq: number,
    more: Partial<Confirmation> & { askedAt: number; answeredAt?: number },
  ): void => {
    const { askedAt, answeredAt = askedAt, ...changed } = more;
    replica.confirm({
      epoch: 'epoch',
      seq,
      hash: seq === 0 ? GENESIS_HASH : LOG[seq - 1]!.hash,
      load: replica.load,
      appliedWhenAsked: Math.min(seq, replica.seq),
      instant: { databaseMs: DATABASE_MS + (askedAt - T0), askedAt, answeredAt },
      ...changed,
    });
  };
  return { replica, applied, broken, confirm };
}

function apply(replica: Replica, from: number, to: number): void {
  for (const entry of LOG.slice(from - 1, to)) expect(replica.apply(entry)).toBe('applied');
}

function entries(count: number, subject = 'person-a'): LogEntry[] {
  return chain(
    { seq: 0, hash: GENESIS_HASH },
    DATABASE_MS,
    Array.from({ length: count }, (_, i) => ({
      kind: 'registered' as const,
      subject,
      effectiveAt: DATABASE_MS,
      keys: [
        {
          version: 1,
          key: i.toString(16).padStart(32, '0'),
          intervals: [{ startsAt: DATABASE_MS, endsAt: null }],
        },
      ],
    })),
  );
}
