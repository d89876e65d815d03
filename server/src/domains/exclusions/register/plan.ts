import type { Exclusion } from '@kinga/shared/exclusions/contract.ts';
import type { EntryBody, Interval, KeyIntervals } from '../log/entry.ts';
import { isEnded, toldOf } from '../rules/ended.ts';
import { intervalOf, statusOf, type Term, unionOf } from '../rules/period.ts';
import type { Person, Resolution } from './people.ts';
import type { Registration } from './registration.ts';

/** A registration of a batch that will be written. */
export interface Planned {
  readonly registration: Registration;
  readonly resolution: Resolution;
  readonly id: string;
  readonly reference: string;
}

/** The same under the head's lock: now its start is known. */
export interface Dated extends Planned {
  readonly term: Term;
}

export interface Chronicle {
  readonly bodies: readonly EntryBody[];
  /** For each registration the index of its last entry. */
  readonly last: readonly number[];
}

/**
 * The log entries of a batch, in the order of its registrations; at least one for each of them, also when it
 * changes nothing. `intervals` is what holds for the touched keys before the batch; every entry carries its
 * keys as they are after it.
 */
export function chronicle(
  batch: readonly Dated[],
  state: {
    readonly at: number;
    readonly intervals: Map<string, readonly Interval[]>;
    readonly keyVersion: number;
    pseudonymOf(person: Person): string;
  },
): Chronicle {
  const bodies: EntryBody[] = [];
  const last: number[] = [];
  const keysFor = (hexes: Iterable<string>): KeyIntervals[] =>
    Array.from(hexes, (key) => ({
      version: state.keyVersion,
      key,
      intervals: state.intervals.get(key) ?? [],
    }));
  for (const { resolution, term } of batch) {
    for (const [person, hexes] of attachedByPerson(resolution)) {
      // Of somebody who is not excluded an identifier tells a replica nothing.
      if (!isTouched(person, state)) continue;
      const subject = state.pseudonymOf(person);
      bodies.push({ kind: 'identified', subject, effectiveAt: state.at, keys: keysFor(hexes) });
    }
    for (const person of resolution.people) {
      for (const hex of person.keys.keys()) {
        const known = state.intervals.get(hex) ?? [];
        state.intervals.set(hex, toldOf(unionOf([...known, intervalOf(term)]), state.at));
      }
    }
    const effectiveAt = Math.max(term.startsAt, state.at);
    for (const person of resolution.people) {
      const subject = state.pseudonymOf(person);
      bodies.push({ kind: 'registered', subject, effectiveAt, keys: keysFor(person.keys.keys()) });
    }
    last.push(bodies.length - 1);
  }
  return { bodies, last };
}

/** The keys whose intervals the register may already know: all but the strong ones of people new with it. */
export function keysToRead(batch: readonly Planned[]): Buffer[] {
  const hexes = new Set<string>();
  for (const { resolution } of batch) {
    for (const person of resolution.people) {
      for (const [hex, { strong }] of person.keys) if (!person.isNew || !strong) hexes.add(hex);
    }
  }
  return Array.from(hexes, (hex) => Buffer.from(hex, 'hex'));
}

function attachedByPerson(resolution: Resolution): Map<Person, string[]> {
  const byPerson = new Map<Person, string[]>();
  for (const { person, identifier } of resolution.attached) {
    byPerson.set(person, [...(byPerson.get(person) ?? []), identifier.hex]);
  }
  return byPerson;
}

/** Whether an exclusion of theirs is not over. A strong key is nobody else's, so its intervals tell. */
function isTouched(
  person: Person,
  { intervals, at }: { intervals: ReadonlyMap<string, readonly Interval[]>; at: number },
): boolean {
  for (const [hex, { strong }] of person.keys) {
    if (strong && intervals.get(hex)?.some((interval) => !isEnded(interval, at))) return true;
  }
  return false;
}

export function exclusionOf(dated: Dated, written: { at: number; seq: number }): Exclusion {
  const { id, reference, registration, resolution, term } = dated;
  return {
    id,
    reference,
    status: statusOf(term, written.at),
    period: registration.period,
    source: registration.source,
    startsAt: new Date(term.startsAt).toISOString(),
    endsAt: term.endsAt === null ? null : new Date(term.endsAt).toISOString(),
    registeredAt: new Date(written.at).toISOString(),
    seq: written.seq,
    needsReview: resolution.needsReview,
  };
}
