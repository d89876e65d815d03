import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import type { KeyActor } from '../../platform/call/actor.ts';
import type { DatesFinding, PersonFinding, ScanFinding } from './findings.ts';
import { forgetNumbers, type KeyState, KeyStates } from './keys.ts';
import { AskedNumbers, CHAIN_MAX } from './memory/asked-numbers.ts';
import { AskedPeople } from './memory/asked-people.ts';
import type { Kind } from './memory/different-people.ts';
import { mix } from './memory/mix.ts';
import { NumberReader } from './memory/number-reader.ts';
import { TriedDates } from './memory/tried-dates.ts';

export type ScreeningRules = PolicyValues['screening'];

/**
 * What is asked before money moves is asked as often as somebody bets, and it moves. What is asked of somebody who
 * does nothing can only be asked out of curiosity from some number on.
 */
const COUNTED: Readonly<Record<Purpose, boolean>> = {
  registration: true,
  login: true,
  marketing: true,
  deposit: false,
  bet: false,
};

/** From so many on a chain is worth counting whose numbers it is made of. */
const CHAINED_MIN = 5;

/** A refusal says no more than any other limit does: not which rule, and nothing about a person. */
const RETRY_AFTER_MS = 60_000;

/**
 * - `person`: this question may not be answered.
 * - `key`: none of this call may be.
 */
export type Verdict = 'pass' | 'person' | 'key';

export interface ScreenOptions {
  readonly isBlocked: (keyId: string, nowMs: number) => boolean;
  /** These are told in the turn of a question, and must not take its time. */
  readonly onScan: (finding: ScanFinding) => void;
  readonly onPerson: (finding: PersonFinding) => void;
  readonly onDates: (finding: DatesFinding) => void;
  /** Somebody is asked about so often that other nodes should know of it. */
  readonly onOften: (key: KeyState, subject: string) => void;
}

/**
 * Looks at every question before it is answered, in its turn of the event loop and without allocating anything
 * in the ordinary case: `begin` for each call, `question` for each person, `see` for each identifier, `name` for
 * a name with a date of birth, `verdict` at the end of each person. Four things make an oracle of the register:
 * asking about one person again and again, about numbers that follow each other, about more people than one can
 * have to do with (counted here, judged in sampling.ts), and about one name with every date of birth.
 */
export class Screen {
  readonly keys = new KeyStates();
  readonly people = new AskedPeople();
  readonly #numbers = new AskedNumbers();
  readonly #dates = new TriedDates();
  readonly #reader = new NumberReader();
  readonly #options: ScreenOptions;
  /** Of the call under way; undefined: it is not looked at. */
  #key: KeyState | undefined;
  #rules: ScreeningRules | undefined;
  #nowMs = 0;
  #generation = 0;
  #isCounted = false;
  #isNamed = false;
  #verdict: Verdict = 'pass';

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  /** Of the last call; undefined: there was none. */
  get rules(): ScreeningRules | undefined {
    return this.#rules;
  }

  /** Throws RATE_LIMITED while the key is blocked. A sandbox key learns nothing about anybody. */
  begin(actor: KeyActor, rules: ScreeningRules, nowMs: number): void {
    if (actor.environment === 'sandbox') {
      this.#key = undefined;
      return;
    }
    const key = this.keys.of(actor);
    key.askedAtMs = nowMs;
    key.mode = actor.mode;
    if (this.#options.isBlocked(actor.keyId, nowMs)) {
      key.refused++;
      throw tooMany();
    }
    this.#key = key;
    this.#verdict = 'pass';
    this.#rules = rules;
    this.#nowMs = nowMs;
    this.#generation = Math.floor(nowMs / (rules.sequentialScan.windowSeconds * 1_000)) + 1;
  }

  /** Undefined: a token is asked for, which says nothing about the person. */
  question(purpose: Purpose | undefined): void {
    this.#isCounted = purpose !== undefined && COUNTED[purpose];
    this.#isNamed = false;
    // A scan may be seen in a question that was malformed elsewhere: the call is refused at the next one.
    if (this.#verdict !== 'key') this.#verdict = 'pass';
    if (this.#key !== undefined) this.#key.questions++;
  }

  /** `subject`: the keyed hash of the identifier as latin1; empty while nobody needs it. */
  see(type: IdentifierType, canonical: string, subject: string): void {
    const key = this.#key;
    if (key === undefined) return;
    if (this.#reader.read(type, canonical)) this.#number(key, type);
    if (subject !== '') meet(key, type, subject);
    if (!this.#isCounted || type === 'phone' || type === 'email') return;
    this.#isNamed = true;
    this.#person(key, subject);
  }

  /**
   * Somebody was looked for by name. `name`: as it is compared, with the document if one was given, so that people
   * of one name are told apart where they can be. `person`: the keyed hash of name and date as latin1.
   */
  name(name: string, born: string, person: string, isPossible: boolean): void {
    const key = this.#key;
    if (key === undefined) return;
    meet(key, 'name', person);
    const tried = this.#dates;
    const at = tried.placeOf(key.operator.seed, name, this.#nowMs);
    if (isPossible) tried.match(at);
    const { dates: limit, mode } = this.#rules!.datesPerName;
    const count = tried.count(at);
    const isOver = count >= limit && !tried.knows(at, born);
    const isRefused = isOver && blocks(key, mode);
    if (isOver) {
      key.overLimit++;
      // People of one name are many; who tries out the dates of nobody in the register has learned nothing.
      const isTold = isRefused || tried.isMatched(at);
      if (isTold) this.#options.onDates({ key, name, count: count + 1, limit, isRefused });
    }
    // Not counted: see #person.
    if (!isRefused) tried.add(at, born);
    else if (this.#verdict === 'pass') this.#verdict = 'person';
  }

  /** The person behind a token was found under another key than `verdict` counts: they are counted under it too. */
  found(subject: string): void {
    if (this.#key !== undefined && this.#isCounted) this.#person(this.#key, subject);
  }

  /**
   * A person is counted under every document that is named, and else under what the check is recorded under: not
   * under each contact, of which one may stand on every customer whose own is not known.
   */
  verdict(subject: string): Verdict {
    const key = this.#key;
    if (key === undefined) return 'pass';
    if (this.#isCounted && !this.#isNamed) this.#person(key, subject);
    if (this.#verdict !== 'pass') key.refused++;
    return this.#verdict;
  }

  #person(key: KeyState, subject: string): void {
    const { people } = this;
    const { lookups: limit, mode } = this.#rules!.personPerHour;
    const at = people.placeOf(key.operator.seed, subject, this.#nowMs);
    const count = people.countAt(at);
    if (count >= limit) {
      key.overLimit++;
      const isRefused = blocks(key, mode);
      this.#options.onPerson({ key, subject, count: count + 1, limit, isRefused });
      if (isRefused) {
        // Not counted: a question without an answer must not put off the next answer.
        if (this.#verdict === 'pass') this.#verdict = 'person';
        return;
      }
    }
    people.raise(at);
    if (4 * (count + 1) >= limit) this.#options.onOften(key, subject);
  }

  #number(key: KeyState, type: IdentifierType): void {
    const { identifiers, stepMax, windowSeconds } = this.#rules!.sequentialScan;
    const { number, family } = this.#reader;
    const place = mix(key.operator.numbersSeed, family);
    if (!this.#numbers.add(place, number, this.#generation)) return;
    const rules = { stepMax, enough: identifiers };
    const length = this.#numbers.chain(place, number, this.#generation, rules);
    if (length === 1) return;
    key.followed++;
    if (length >= Math.min(CHAINED_MIN, identifiers)) {
      const isOld = this.#nowMs - key.chainedAtMs > 2_000 * windowSeconds;
      key.chained = isOld ? 1 : key.chained + 1;
      key.chainedAtMs = this.#nowMs;
    }
    if (length >= Math.min(identifiers, CHAIN_MAX)) this.#scan(key, type, length);
  }

  #scan(key: KeyState, type: IdentifierType, length: number): void {
    const rules = this.#rules!.sequentialScan;
    const keys = this.#scanning(key, rules);
    const blocked = keys.filter((one) => blocks(one, rules.mode));
    this.#options.onScan({ key, keys, blocked, type, length, rules, nowMs: this.#nowMs });
    forgetNumbers(key.operator);
    for (const one of keys) one.chained = 0;
    if (blocked.includes(key)) this.#verdict = 'key';
  }

  /** The operator's keys whose numbers these may be. */
  #scanning(key: KeyState, { windowSeconds, identifiers }: ScreeningRules['sequentialScan']): KeyState[] {
    const since = this.#nowMs - 2_000 * windowSeconds;
    const others = [...this.keys.all()].filter(
      (other) =>
        other.operator === key.operator &&
        other !== key &&
        other.chainedAtMs >= since &&
        4 * other.chained >= Math.min(identifiers, CHAIN_MAX),
    );
    return [key, ...others];
  }
}

function meet(key: KeyState, kind: Kind, hash: string): void {
  if (key.operator.people.add(kind, hash)) key.widened++;
}

/** The stricter of the two: the policy may block everybody, and a key may be blocked by its own terms. */
export function blocks(key: KeyState, mode: ScreeningRules['personPerHour']['mode']): boolean {
  return mode === 'block' || key.mode === 'block';
}

export function tooMany(): KingaError {
  return new KingaError('RATE_LIMITED', 'Too many lookups', { retryAfterMs: RETRY_AFTER_MS });
}
