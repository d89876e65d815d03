import type { Situation } from '@kinga/shared/conformance/contract.ts';
import type { Customer, Named, Vector } from '@kinga/shared/conformance/vector.ts';
import { VECTORS } from '@kinga/shared/conformance/vectors.ts';
import type { AskedPerson } from '@kinga/shared/exclusions/person.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { keysAskedFor } from '../exclusions/index.ts';
import { type Placed, recordKeysOf } from '../sandbox/index.ts';
import { type MadeUp, PeopleMaker } from './people.ts';
import { shuffled } from './shuffled.ts';
import { spell } from './spelling.ts';

/** A vector with somebody in it. */
export interface Prepared {
  readonly situation: Situation;
  readonly vector: string;
  /** Everything an operator could ask about the customer by. */
  readonly keys: readonly Buffer[];
  /** What the sandbox's register is to know. */
  readonly placed: readonly Placed[];
}

/** The whole suite for one run, in random order, with people whom nobody has seen before. */
export function prepare(crypto: Crypto): Prepared[] {
  const people = new PeopleMaker();
  return shuffled(VECTORS.map((vector) => prepareOne(crypto, people, vector)));
}

function prepareOne(crypto: Crypto, people: PeopleMaker, vector: Vector): Prepared {
  const { action, purpose, context = {}, change, batch, customer } = vector;
  const common = {
    id: newId('sit'),
    action,
    purpose,
    context,
    ...(change === undefined ? {} : { change }),
    ...(batch === undefined ? {} : { batch }),
  };
  if (customer === null) {
    return { vector: vector.id, situation: { ...common, customer: null }, keys: [], placed: [] };
  }
  const shown = appearanceOf(people, customer);
  return {
    vector: vector.id,
    situation: { ...common, customer: shown.given },
    keys: keysAskedFor(crypto, shown.given),
    placed: placedOf(crypto, customer, shown.own),
  };
}

type Known = Pick<MadeUp, 'values'> & Partial<MadeUp>;

function appearanceOf(
  people: PeopleMaker,
  { shown, named, isNamed }: Customer,
): { own: Known; given: NonNullable<Situation['customer']> } {
  const own: Known = named !== undefined || isNamed === true ? people.person() : { values: people.numbers() };
  const others = people.numbers();
  const identifiers = shown.map(({ type, as, whose = 'own', country }) => ({
    type,
    value: spell(type, (whose === 'own' ? own.values : others)[type], as),
    ...(country === undefined ? {} : { country }),
  }));
  if (named === undefined) return { own, given: { identifiers } };
  return { own, given: { identifiers, person: namedLike(own as MadeUp, named, people) } };
}

function namedLike(own: MadeUp, { name, born }: Named, people: PeopleMaker): AskedPerson {
  const somebodyElse = name === 'other' || born === 'other' ? people.person() : own;
  return {
    name: typeof name === 'object' ? name.raw : nameLike(own, name, somebodyElse).join(' '),
    dateOfBirth: typeof born === 'object' ? born.raw : bornLike(own, born, somebodyElse),
  };
}

function nameLike(
  { names, misspelt }: MadeUp,
  way: Extract<Named['name'], string>,
  other: MadeUp,
): readonly string[] {
  switch (way) {
    case 'same':
      return names;
    case 'reordered':
      return [...names].reverse();
    case 'misspelt':
      return misspelt;
    case 'twoOfThree':
      return [names[0]!, names[2]!];
    case 'other':
      return other.names;
  }
}

function bornLike({ born }: MadeUp, way: Extract<Named['born'], string>, other: MadeUp): string {
  switch (way) {
    case 'same':
      return born;
    case 'unknownDay':
      return `${born.slice(0, 7)}-00`;
    case 'unknownMonth':
      return `${born.slice(0, 4)}-00-00`;
    case 'other':
      return other.born;
  }
}

function placedOf(
  crypto: Crypto,
  { standing, known = ['nationalId', 'phone'], isNamed = false }: Customer,
  { values, names, born }: Known,
): Placed[] {
  if (standing === 'clear') return [];
  const identifiers = known.map((type) => ({ type, value: values[type] }));
  const details =
    isNamed && names !== undefined && born !== undefined
      ? { name: names.join(' '), dateOfBirth: born }
      : undefined;
  return recordKeysOf(crypto, { identifiers, details }).map((key) => ({ key, standing }));
}
