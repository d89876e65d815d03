import type { Asked } from '../../domains/exclusions/lookup/asked.ts';
import { Finder, type Finding } from '../../domains/exclusions/lookup/find.ts';
import { sealPerson } from '../../domains/exclusions/register/registration.ts';
import { IntervalTable } from '../../domains/exclusions/replica/table.ts';
import { keysOf } from '../../domains/identifiers/index.ts';
import { createCrypto } from '../../platform/crypto/crypto.ts';
import { newSecrets } from '../../platform/crypto/secrets.ts';
import { Population, type Synthetic } from './population.ts';
import { Fresh, HARD_EXCLUDED, HARD_STRANGERS, type Kind, MIX, WITHOUT_DOCUMENT } from './questions.ts';
import { Chance } from './random.ts';

/** How often each answer was given. */
export type Answers = Record<Finding, number>;

export interface Row {
  readonly kind: string;
  readonly who: 'excluded' | 'stranger';
  readonly hasDocument: boolean;
  readonly answers: Answers;
}

export interface MatcherReport {
  readonly people: number;
  readonly keysPerPerson: number;
  readonly mix: readonly Row[];
  readonly hard: readonly Row[];
  /** Shares of the mix: an excluded person answered CLEAR, a stranger answered anything but CLEAR. */
  readonly falseNegatives: number;
  readonly falsePositives: number;
  /** Microseconds of deciding one question: found by its identifier; and not, so that name and date are asked. */
  readonly exactMicros: number;
  readonly fuzzyMicros: number;
}

export const FALSE_NEGATIVES_MAX = 0.001;
export const FALSE_POSITIVES_MAX = 0.0001;
const HARD_MAX = 10_000;

/**
 * So many excluded people in a replica's table, and as many strangers drawn from the same names and dates, each
 * asked about once: registered by the register's own keys and answered by the lookup's own decision.
 */
export function matcherReport({ people, seed }: { people: number; seed: number }): MatcherReport {
  const population = new Population(seed);
  const excluded = Array.from({ length: people }, () => population.next());
  const strangers = Array.from({ length: people }, () => population.next());
  const register = new SmallRegister();
  for (const person of excluded) register.add(person);
  const asker = new Asker(register, seed, 2 * people);
  for (const person of excluded) asker.askMix('excluded', person);
  for (const person of strangers) asker.askMix('stranger', person);
  const mix = asker.takeRows();
  for (const kind of HARD_EXCLUDED) {
    for (const person of excluded.slice(0, HARD_MAX)) asker.ask('excluded', kind, person);
  }
  for (const kind of HARD_STRANGERS) {
    for (const person of excluded.slice(0, HARD_MAX)) asker.ask('stranger', kind, person);
  }
  return {
    people,
    keysPerPerson: register.matchKeys / people,
    mix,
    hard: asker.takeRows(),
    falseNegatives: sum(mix, 'excluded', (answers) => answers.nothing) / people,
    falsePositives: sum(mix, 'stranger', (answers) => answers.exclusion + answers.possibleMatch) / people,
    ...timesOf(register, strangers),
  };
}

function sum(rows: readonly Row[], who: Row['who'], count: (answers: Answers) => number): number {
  return rows.filter((row) => row.who === who).reduce((total, row) => total + count(row.answers), 0);
}

/** A register in memory: the replica's table, filled as a registration fills it. */
class SmallRegister {
  matchKeys = 0;
  readonly #crypto = createCrypto(newSecrets());
  readonly #finder = new Finder(this.#crypto);
  readonly #prober = new IntervalTable();

  add({ names, dateOfBirth, document, phone, email }: Synthetic): void {
    const identifiers = [
      ...(document === undefined ? [] : [document]),
      { type: 'phone' as const, value: phone },
      ...(email === undefined ? [] : [{ type: 'email' as const, value: email }]),
    ];
    const keys = keysOf(this.#crypto, identifiers, 'identifiers');
    const sealed = sealPerson(this.#crypto, { keys, identifiers }, { name: names.join(' '), dateOfBirth });
    this.matchKeys += sealed.length - identifiers.length;
    for (const { key } of sealed) this.#prober.replace(key, [{ startsAt: 0, endsAt: null }]);
  }

  find(asked: Asked): Finding {
    const now = Date.now();
    return this.#finder.find({ prober: this.#prober, lower: now, upper: now }, asked, '');
  }
}

class Asker {
  readonly #register: SmallRegister;
  readonly #chance: Chance;
  readonly #fresh: Fresh;
  #rows = new Map<string, Row>();

  constructor(register: SmallRegister, seed: number, used: number) {
    this.#register = register;
    this.#chance = new Chance(seed + 1);
    this.#fresh = new Fresh(used);
  }

  askMix(who: Row['who'], person: Synthetic): void {
    let left = this.#chance.next() * MIX.reduce((total, { weight }) => total + weight, 0);
    const kind = MIX.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    if (kind !== undefined) this.ask(who, kind, person);
  }

  ask(who: Row['who'], kind: Kind, person: Synthetic): void {
    const chance = this.#chance;
    const hasDocument = kind.document === 'mixed' ? !chance.is(WITHOUT_DOCUMENT) : kind.document === 'always';
    const questions = kind.ask(person, { chance, hasDocument, fresh: this.#fresh });
    let finding: Finding = 'nothing';
    for (const question of questions) finding = this.#register.find(question);
    this.#rowOf(who, kind, hasDocument).answers[finding]++;
  }

  takeRows(): Row[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    return rows;
  }

  #rowOf(who: Row['who'], { name }: Kind, hasDocument: boolean): Row {
    const id = `${who} ${name} ${hasDocument}`;
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = { kind: name, who, hasDocument, answers: { exclusion: 0, possibleMatch: 0, nothing: 0 } };
    this.#rows.set(id, row);
    return row;
  }
}

const TIMED = 20_000;

function timesOf(
  register: SmallRegister,
  strangers: readonly Synthetic[],
): { exactMicros: number; fuzzyMicros: number } {
  const people = strangers.slice(0, TIMED);
  const exact = people.map(({ phone: value }): Asked => ({ identifiers: [{ type: 'phone', value }] }));
  const fuzzy = people.map(
    ({ phone: value, names, dateOfBirth }): Asked => ({
      identifiers: [{ type: 'phone', value }],
      person: { name: names.join(' '), dateOfBirth },
    }),
  );
  const micros = (questions: readonly Asked[]) => {
    const startedAt = performance.now();
    for (const question of questions) register.find(question);
    return ((performance.now() - startedAt) * 1_000) / questions.length;
  };
  // The first round warms up.
  micros(fuzzy);
  return { exactMicros: micros(exact), fuzzyMicros: micros(fuzzy) };
}
