import { randomInt } from 'node:crypto';
import type { KeyActor } from '../../platform/call/actor.ts';
import { DifferentPeople } from './memory/different-people.ts';

/** Keys that have asked nothing for so long are forgotten; what they asked is in the table. */
const IDLE_MS = 3_600_000;
const SEED_MAX = 2 ** 31;

/** What a key has asked since it was told to the table. */
export interface KeyCounts {
  questions: number;
  followed: number;
  overLimit: number;
  refused: number;
}

export interface OperatorState {
  readonly id: string;
  /** Tells its people from those of other operators. */
  readonly seed: number;
  /** The same for its numbers; with another one, what it has asked is forgotten. */
  numbersSeed: number;
  readonly people: DifferentPeople;
}

export interface KeyState extends KeyCounts {
  readonly id: string;
  readonly operator: OperatorState;
  /** By its terms when it asked last. */
  mode: KeyActor['mode'];
  askedAtMs: number;
  /** Numbers of this key that stood in a chain, since the operator's numbers were forgotten last. */
  chained: number;
  chainedAtMs: number;
  /** How often this key made the operator's people more, since it was told last. */
  widened: number;
}

/** The keys that ask on this node, each under its small number. */
export class KeyStates {
  readonly #keys = new Map<number, KeyState>();
  /** Never forgotten: what other nodes counted for an operator stands under its seed, whether it asks here or not. */
  readonly #operators = new Map<string, OperatorState>();

  of(actor: KeyActor): KeyState {
    return this.#keys.get(actor.keyNo) ?? this.#add(actor);
  }

  all(): Iterable<KeyState> {
    return this.#keys.values();
  }

  operators(): Iterable<OperatorState> {
    return this.#operators.values();
  }

  forgetIdle(nowMs: number): void {
    for (const [keyNo, { askedAtMs }] of this.#keys) {
      if (nowMs - askedAtMs > IDLE_MS) this.#keys.delete(keyNo);
    }
  }

  #add({ keyNo, keyId, operatorId, mode }: KeyActor): KeyState {
    const operator = this.operator(operatorId);
    const state: KeyState = {
      id: keyId,
      operator,
      mode,
      askedAtMs: 0,
      questions: 0,
      followed: 0,
      overLimit: 0,
      refused: 0,
      chained: 0,
      chainedAtMs: 0,
      widened: 0,
    };
    this.#keys.set(keyNo, state);
    return state;
  }

  operator(id: string): OperatorState {
    const known = this.#operators.get(id);
    if (known !== undefined) return known;
    const seeds = { seed: randomInt(SEED_MAX), numbersSeed: randomInt(SEED_MAX) };
    const operator = { id, ...seeds, people: new DifferentPeople() };
    this.#operators.set(id, operator);
    return operator;
  }
}

export function forgetNumbers(operator: OperatorState): void {
  operator.numbersSeed = randomInt(SEED_MAX);
}
