import type { IdentifierType } from '../../exclusions/identifier.ts';
import type { Decision } from '../situation.ts';
import type { Customer, Vector } from '../vector.ts';
import { asked } from './make.ts';

const INPUT: readonly Decision[] = ['rejectInput'];
const COVERS = ['F2', 'F12', 'wire: INVALID_INPUT'];

const VALUES: readonly (readonly [id: string, type: IdentifierType, raw: string, title: string])[] = [
  ['id-short', 'nationalId', '12345', 'a national id of five digits'],
  ['id-long', 'nationalId', '1234567890', 'a national id of ten digits'],
  ['id-letters', 'nationalId', '2345678X', 'a national id with a letter'],
  ['phone-short', 'phone', '0712', 'a telephone number that was cut off'],
  ['phone-words', 'phone', '0712 ask Juma', 'a telephone number with words'],
  ['passport-signs', 'passport', 'AK#12345', 'a passport with a sign that none has'],
  ['alien-empty', 'alienId', ' ', 'an alien id that is only a space'],
  ['email-at', 'email', 'amina.example.co.ke', 'an e-mail address without @'],
  ['email-two', 'email', 'a@example.co.ke, b@example.co.ke', 'two e-mail addresses in one field'],
];

const PEOPLE: readonly (readonly [id: string, customer: Customer, title: string])[] = [
  ['nobody', { standing: 'clear', shown: [] }, 'nothing about the customer at all'],
  [
    'name-only',
    { standing: 'clear', shown: [], named: { name: { raw: 'Wanjiku' }, born: { raw: '1990-05-05' } } },
    'one name and a date of birth are nobody',
  ],
  [
    'no-such-day',
    {
      standing: 'clear',
      shown: [{ type: 'nationalId' }],
      named: { name: 'same', born: { raw: '1990-02-30' } },
    },
    'a date of birth that no calendar has',
  ],
];

/** A value that is none is told to the customer; it is never taken for somebody who is not excluded. */
export const malformed: readonly Vector[] = [
  ...VALUES.map(([id, type, raw, title]) =>
    asked(`malformed-${id}`, title, COVERS, {
      purpose: 'registration',
      customer: { standing: 'clear', shown: [{ type, as: { raw } }] },
      expect: INPUT,
      mustAsk: false,
    }),
  ),
  ...PEOPLE.map(([id, customer, title]) =>
    asked(`malformed-${id}`, title, COVERS, {
      purpose: 'registration',
      customer,
      expect: INPUT,
      mustAsk: false,
    }),
  ),
  asked('malformed-beside', 'one malformed identifier beside a good one fails the whole question', COVERS, {
    purpose: 'deposit',
    customer: { standing: 'clear', shown: [{ type: 'nationalId' }, { type: 'phone', as: { raw: '07 12' } }] },
    expect: INPUT,
    mustAsk: false,
  }),
];
