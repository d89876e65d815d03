import { GENESIS_HASH } from '@kinga/server/domains/exclusions/log/entry.ts';
import { ReplicaView, Validity } from '@kinga/server/domains/exclusions/lookup/view.ts';
import { Replica } from '@kinga/server/domains/exclusions/replica/replica.ts';
import { IntervalTable } from '@kinga/server/domains/exclusions/replica/table.ts';
import type { PolicyVersion } from '@kinga/server/domains/policy/index.ts';
import { expect, test } from 'vitest';
import { valuesWith } from './support.ts';

const DATABASE_MS = 1_780_000_000_000;
const T0 = 1_000_000;

function version(no: number, change: Parameters<typeof valuesWith>[0]): PolicyVersion {
  return { version: no, startsAt: DATABASE_MS, values: valuesWith(change) };
}

function confirmedAt(monotonicMs: number): Replica {
  const replica = new Replica({ applied: () => {}, broken: () => {} });
  const instant = { databaseMs: DATABASE_MS, askedAt: monotonicMs, answeredAt: monotonicMs };
  replica.adopt(
    { epoch: 'e', seq: 0, hash: GENESIS_HASH, people: 0, quietMs: 0, instant },
    new IntervalTable(),
  );
  return replica;
}

test('from the age the policy names, a confirmation is too old to answer by', () => {
  const replica = confirmedAt(T0);
  let policy = version(1, () => {});
  const view = new ReplicaView(replica, { at: () => policy });
  expect(view.at(T0 + 900).trust).toBe('full');
  policy = version(2, ({ staleness }) => {
    staleness.maxMs = 500;
  });
  expect(view.at(T0 + 500).trust).toBe('full');
  expect(view.at(T0 + 501).trust).toBe('exclusions');
  expect(replica.isFresh(T0 + 501)).toBe(false);
});

test('the version is that of the database’s time, and its reuse times make validUntil, up to a pending start', () => {
  const replica = confirmedAt(T0);
  const before = version(1, () => {});
  const after = version(2, ({ purposes }) => {
    purposes.deposit.reuseSeconds = 10;
  });
  const view = new ReplicaView(replica, { at: (ms) => (ms < DATABASE_MS + 300 ? before : after) });
  expect(view.at(T0 + 299).validity.policy.version).toBe(1);
  const { validity } = view.at(T0 + 300);
  expect(validity.policy.version).toBe(2);
  const until = (pendingStartsAt: number) =>
    Date.parse(validity.until('deposit', pendingStartsAt)) - DATABASE_MS;
  expect([until(Number.POSITIVE_INFINITY), until(DATABASE_MS + 4_000)]).toEqual([10_000, 4_000]);
  expect(new Validity(DATABASE_MS, before).until('login', Number.POSITIVE_INFINITY)).toBe(validity.asOf);
});
