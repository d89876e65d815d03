import type { IdentifierType } from '../../exclusions/identifier.ts';
import type { Spelling, Vector } from '../vector.ts';
import { asked, REFUSED } from './make.ts';

const WAYS: readonly (readonly [type: IdentifierType, as: Spelling, title: string])[] = [
  ['nationalId', 'spaced', 'a national id in groups'],
  ['nationalId', 'dashed', 'a national id with dashes'],
  ['nationalId', 'apostrophe', 'a national id as a spreadsheet exports it'],
  ['phone', 'international', 'a telephone with 254 and no plus'],
  ['phone', 'international00', 'a telephone with 00254'],
  ['phone', 'trunk', 'a telephone as +254(0)...'],
  ['phone', 'local', 'a telephone with 0'],
  ['phone', 'bare', 'a telephone without its 0'],
  ['phone', 'spaced', 'a telephone in groups'],
  ['phone', 'punctuated', 'a telephone with dots and dashes'],
  ['passport', 'lower', 'a passport in small letters'],
  ['passport', 'spaced', 'a passport in groups'],
  ['alienId', 'dashed', 'an alien id with dashes'],
  ['alienId', 'spaced', 'an alien id in groups'],
  ['email', 'upper', 'an e-mail address in capitals'],
  ['email', 'padded', 'an e-mail address with spaces around it'],
];

/** The hub brings what people write to one form. Whoever throws away what looks unusual lets people through. */
export const spellings: readonly Vector[] = WAYS.map(([type, as, title]) =>
  asked(`spelling-${type}-${as}`, `${title} is the same person`, ['model: identifiers', 'F2', 'F6'], {
    purpose: 'registration',
    customer: { standing: 'excluded', known: [type], shown: [{ type, as }] },
    expect: REFUSED,
  }),
);
