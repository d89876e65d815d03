import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Asked } from '../../domains/exclusions/lookup/asked.ts';
import * as faults from './faults.ts';
import { documentOf, phoneOf, type Synthetic } from './population.ts';
import type { Chance } from './random.ts';

/** What an operator asks about somebody, of which the last counts: a correction is a question of its own. */
export type Questions = readonly Asked[];

export interface Kind {
  readonly name: string;
  /** Share of all questions, in per cent; 0 for those that stand apart. */
  readonly weight: number;
  /** `mixed`: without a document as often as the mix says. */
  readonly document: 'always' | 'never' | 'mixed';
  ask(person: Synthetic, asking: Asking): Questions;
}

export interface Asking {
  readonly chance: Chance;
  readonly hasDocument: boolean;
  /** Numbers nobody had before. */
  readonly fresh: Fresh;
}

/** One question in fifty of each kind comes without a document: before an account is verified, and for marketing. */
export const WITHOUT_DOCUMENT = 0.02;

type Change = (person: Synthetic, chance: Chance) => { names?: readonly string[]; dateOfBirth?: string };

/** One thing is different; the phone is new too, and no e-mail is given, so only document, name and date are left. */
function changed(name: string, weight: number, change: Change): Kind {
  return {
    name,
    weight,
    document: 'mixed',
    ask: (person, asking) => [
      asked({ ...person, ...change(person, asking.chance) }, [
        ...document(person, asking),
        asking.fresh.phone(),
      ]),
    ],
  };
}

/** The error kinds of F5 to F8 and F14 in the register's page of published failures, with their shares. */
export const MIX: readonly Kind[] = [
  {
    name: 'all as on record',
    weight: 25,
    document: 'mixed',
    ask: (person, asking) => [asked(person, [...document(person, asking), phone(person.phone)])],
  },
  {
    name: 'F5 wrong or unknown date, with a known identifier',
    weight: 10,
    document: 'always',
    ask: (person, { chance }) => [
      asked({ ...person, dateOfBirth: faults.misdated(person.dateOfBirth, chance) }, [
        person.document ?? phone(person.phone),
      ]),
    ],
  },
  changed('F6 surname spelled otherwise', 6, ({ names }, chance) => ({
    names: faults.respelled(names, chance),
  })),
  changed('F7 new address and contact', 10, () => ({})),
  {
    name: 'F8 false details, corrected later',
    weight: 5,
    document: 'mixed',
    ask: (person, asking) => {
      const { chance, fresh } = asking;
      const names = faults.mistyped(faults.mistyped(person.names, chance), chance);
      const lie = { ...person, names, dateOfBirth: faults.misdated(person.dateOfBirth, chance) };
      return [
        asked(lie, [fresh.document(), fresh.phone()]),
        asked(person, [...document(person, asking), fresh.phone()]),
      ];
    },
  },
  { name: 'F14 name and date alone', weight: 3, document: 'never', ask: (person) => [asked(person, [])] },
  changed('names in another order', 9, ({ names }, chance) => ({ names: faults.reordered(names, chance) })),
  changed('one name left out', 6, ({ names }, chance) => ({ names: faults.shortened(names, chance) })),
  changed('a typing error', 6, ({ names }, chance) => ({ names: faults.mistyped(names, chance) })),
  changed('written as heard', 8, ({ names }, chance) => ({ names: faults.heard(names, chance) })),
  changed('a new SIM', 12, () => ({})),
];

/** Harder than the mix, printed apart: where targets cannot be met by name and date alone, everybody may see it. */
export const HARD_EXCLUDED: readonly Kind[] = [
  {
    ...changed('wrong or unknown date, no document', 0, ({ dateOfBirth }, chance) => ({
      dateOfBirth: faults.misdated(dateOfBirth, chance),
    })),
    document: 'never',
  },
  {
    ...changed('two typing errors, no document', 0, ({ names }, chance) => ({
      names: faults.mistyped(faults.mistyped(names, chance), chance),
    })),
    document: 'never',
  },
  {
    ...changed('another surname, no document', 0, ({ names }) => ({
      names: [...names.slice(0, -1), 'Okwaro'],
    })),
    document: 'never',
  },
  {
    name: 'one digit of the document wrong, new contact',
    weight: 0,
    document: 'always',
    ask: (person, { chance, fresh }) => [
      asked(person, [
        person.document === undefined ? fresh.document() : misread(person.document, chance),
        fresh.phone(),
      ]),
    ],
  },
];

export const HARD_STRANGERS: readonly Kind[] = [
  { ...changed('a twin of somebody excluded, no document', 0, twin), document: 'never' },
  {
    name: 'a twin of somebody excluded, own document',
    weight: 0,
    document: 'always',
    ask: (person, { chance, fresh }) => [
      asked({ ...person, ...twin(person, chance) }, [fresh.document(), fresh.phone()]),
    ],
  },
  {
    name: 'at the phone of somebody excluded (EXCLUDED by the exact rule)',
    weight: 0,
    document: 'always',
    ask: (person, { chance, fresh }) => [
      asked({ ...person, ...twin(person, chance) }, [fresh.document(), phone(person.phone)]),
    ],
  },
];

function twin({ names }: Synthetic, chance: Chance): { names: readonly string[] } {
  const others = [
    'Achieng',
    'Baraka',
    'Faith',
    'Hamisi',
    'Joel',
    'Mercy',
    'Neema',
    'Tom',
    'Wairimu',
    'Zawadi',
  ];
  return { names: [chance.pick(others.filter((name) => name !== names[0])), ...names.slice(1)] };
}

function misread({ type, value }: Identifier, chance: Chance): Identifier {
  const at = chance.below(value.length);
  const digit = String((Number(value[at]) + 1 + chance.below(9)) % 10);
  return { type, value: value.slice(0, at) + digit + value.slice(at + 1) };
}

function asked(
  { names, dateOfBirth }: { readonly names: readonly string[]; readonly dateOfBirth: string },
  identifiers: readonly Identifier[],
): Asked {
  return { identifiers, person: { name: names.join(' '), dateOfBirth } };
}

function phone(value: string): Identifier {
  return { type: 'phone', value };
}

/** Somebody on record with a phone alone shows a card that the register does not know. */
function document(person: Synthetic, { hasDocument, fresh }: Asking): Identifier[] {
  return hasDocument ? [person.document ?? fresh.document()] : [];
}

/** Numbers behind those of the population. */
export class Fresh {
  #next: number;

  constructor(from: number) {
    this.#next = from;
  }

  phone(): Identifier {
    return phone(phoneOf(this.#next++));
  }

  document(): Identifier {
    return documentOf(this.#next++);
  }
}
