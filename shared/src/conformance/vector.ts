import type { Purpose } from '../exclusions/exclusion.ts';
import type { IdentifierType } from '../exclusions/identifier.ts';
import type { Standing } from '../sandbox/persons.ts';
import type { Action, Change, Context, Decision } from './situation.ts';

/** How an identifier is written; `{ raw }` is written as it is. */
export const SPELLINGS = [
  'plain',
  'spaced',
  'dashed',
  'apostrophe',
  'international',
  'international00',
  'trunk',
  'local',
  'bare',
  'punctuated',
  'lower',
  'upper',
  'padded',
] as const;
export type Spelling = (typeof SPELLINGS)[number];

/** What the customer shows. */
export interface Shown {
  readonly type: IdentifierType;
  readonly as?: Spelling | { readonly raw: string };
  /** `other`: a number that the register knows nothing of; `clear`: one of somebody else, who may bet. */
  readonly whose?: 'own' | 'other';
  readonly country?: string;
}

/** How the name and the date of birth they give compare with the register's. */
export interface Named {
  readonly name: 'same' | 'reordered' | 'misspelt' | 'twoOfThree' | 'other' | { readonly raw: string };
  readonly born: 'same' | 'unknownDay' | 'unknownMonth' | 'other' | { readonly raw: string };
}

export interface Customer {
  readonly standing: Standing;
  /** What the register knows of them; a national id and a telephone unless said otherwise. */
  readonly known?: readonly IdentifierType[];
  /** Whether it knows name and date of birth as well. */
  readonly isNamed?: boolean;
  readonly shown: readonly Shown[];
  readonly named?: Named;
}

/** One situation, with what is right in it. Whose it is is made up anew for each run. */
export interface Vector {
  readonly id: string;
  readonly title: string;
  /** The failure (F1 to F18 of the research on registers) or the rule it comes from. */
  readonly covers: readonly string[];
  readonly action: Action;
  readonly purpose: Purpose | null;
  readonly customer: Customer | null;
  readonly context?: Context;
  readonly change?: Change;
  /** Asked for together with the others of this name. */
  readonly batch?: string;
  /** Any of these is right. */
  readonly expect: readonly Decision[];
  /** Right only for somebody who asked the hub in this run. */
  readonly mustAsk: boolean;
  /** The checkId of the answer must be kept, and be given. */
  readonly mustProve?: boolean;
}
