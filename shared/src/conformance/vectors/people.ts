import type { Action, Context, Decision } from '../situation.ts';
import type { Customer, Vector } from '../vector.ts';
import { ALLOWED, asked, BY_BOTH, REFUSED } from './make.ts';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly covers: readonly string[];
  readonly customer: Customer;
  readonly expect: readonly Decision[];
  readonly action?: Action;
  readonly context?: Context;
}

const ASK_ID: readonly Decision[] = ['askFor:nationalId'];
const ASK_PHONE: readonly Decision[] = ['askFor:phone'];
const other = (type: 'phone' | 'email' | 'nationalId') => ({ type, whose: 'other' }) as const;
const SAME = { name: 'same', born: 'same' } as const;

/** Somebody excluded whose details are not quite those of the register. */
const MATCHES: readonly Case[] = [
  {
    id: 'born-unknown',
    title: 'a date of birth without day and month, and the national id',
    covers: ['F5'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [{ type: 'nationalId' }],
      named: { name: 'same', born: 'unknownMonth' },
    },
    expect: REFUSED,
  },
  {
    id: 'born-other',
    title: 'another date of birth than the register’s, and the national id',
    covers: ['F5'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [{ type: 'nationalId' }],
      named: { name: 'same', born: 'other' },
    },
    expect: REFUSED,
  },
  {
    id: 'born-no-day',
    title: 'a date of birth without its day, and a new telephone',
    covers: ['F5', 'F14'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [other('phone')],
      named: { name: 'same', born: 'unknownDay' },
    },
    expect: ASK_ID,
  },
  {
    id: 'surname',
    title: 'a new surname, and the national id',
    covers: ['F6'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [{ type: 'nationalId' }],
      named: { name: 'other', born: 'same' },
    },
    expect: REFUSED,
  },
  {
    id: 'misspelt',
    title: 'a name in another spelling, and a new telephone',
    covers: ['F6'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [other('phone')],
      named: { name: 'misspelt', born: 'same' },
    },
    expect: ASK_ID,
  },
  {
    id: 'reordered',
    title: 'the names in another order, and a new e-mail address',
    covers: ['F6'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [other('email')],
      named: { name: 'reordered', born: 'same' },
    },
    expect: ASK_ID,
  },
  {
    id: 'two-names',
    title: 'two of three names, and a new telephone',
    covers: ['F6', 'F14'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [other('phone')],
      named: { name: 'twoOfThree', born: 'same' },
    },
    expect: ASK_ID,
  },
  {
    id: 'no-id',
    title: 'no national id: name and date of birth decide what to ask for',
    covers: ['F14'],
    customer: { standing: 'excluded', isNamed: true, shown: [], named: SAME },
    expect: ASK_ID,
  },
  {
    id: 'no-id-marketing',
    title: 'a mailing list with names and dates of birth only',
    covers: ['F14', 'F11'],
    customer: { standing: 'excluded', isNamed: true, shown: [], named: SAME },
    action: 'sendMarketing',
    expect: ASK_ID,
  },
  {
    id: 'unknown-id',
    title: 'a national id that the register does not know, of somebody it knows by name',
    covers: ['F14', 'F7'],
    customer: {
      standing: 'excluded',
      known: ['phone'],
      isNamed: true,
      shown: [other('nationalId')],
      named: SAME,
    },
    expect: ASK_PHONE,
  },
  {
    id: 'moved',
    title: 'a dormant account with another address and telephone than at the exclusion',
    covers: ['F7'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [{ type: 'nationalId' }, other('phone'), other('email')],
      named: SAME,
    },
    action: 'reactivate',
    context: { account: 'dormant' },
    expect: REFUSED,
  },
  {
    id: 'moved-no-id',
    title: 'a dormant account without a national id, everything else new',
    covers: ['F7', 'F14'],
    customer: { standing: 'excluded', isNamed: true, shown: [other('phone'), other('email')], named: SAME },
    action: 'reactivate',
    context: { account: 'dormant' },
    expect: ASK_ID,
  },
  {
    id: 'corrected',
    title: 'false details at the sign-up, corrected by the call centre',
    covers: ['F8'],
    customer: { standing: 'excluded', shown: BY_BOTH },
    action: 'editIdentity',
    context: { account: 'open', identityChanged: true },
    expect: REFUSED,
  },
  {
    id: 'corrected-clear',
    title: 'a correction of somebody who is not excluded',
    covers: ['F8', 'F3'],
    customer: { standing: 'clear', shown: BY_BOTH },
    action: 'editIdentity',
    context: { account: 'open', identityChanged: true },
    expect: ALLOWED,
  },
  {
    id: 'namesake',
    title: 'somebody with the name of an excluded person, born on another day',
    covers: ['F3', 'F5'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [other('nationalId')],
      named: { name: 'same', born: 'other' },
    },
    expect: ALLOWED,
  },
  {
    id: 'birthday',
    title: 'somebody born on the day of an excluded person, with another name',
    covers: ['F3', 'F6'],
    customer: {
      standing: 'excluded',
      isNamed: true,
      shown: [other('nationalId')],
      named: { name: 'other', born: 'same' },
    },
    expect: ALLOWED,
  },
];

/** More than one identifier, more than one brand, more than one country. */
const SEVERAL: readonly Case[] = [
  {
    id: 'shared-phone',
    title: 'an own national id, and the telephone of somebody excluded',
    covers: ['model: identifiers'],
    customer: { standing: 'excluded', known: ['phone'], shown: [other('nationalId'), { type: 'phone' }] },
    expect: REFUSED,
  },
  {
    id: 'new-sim',
    title: 'a new SIM card, and the national id',
    covers: ['F8', 'model: identifiers'],
    customer: { standing: 'excluded', shown: [other('phone'), { type: 'nationalId' }] },
    expect: REFUSED,
  },
  {
    id: 'last-of-three',
    title: 'the third identifier is the one that counts',
    covers: ['model: identifiers', 'F14'],
    customer: {
      standing: 'excluded',
      known: ['email'],
      shown: [other('nationalId'), other('phone'), { type: 'email' }],
    },
    expect: REFUSED,
  },
  {
    id: 'own-id-only',
    title: 'an own national id, asked about alone',
    covers: ['F3'],
    customer: { standing: 'excluded', known: ['phone'], shown: [other('nationalId')] },
    expect: ALLOWED,
  },
  {
    id: 'other-brand',
    title: 'excluded at another brand of the same house',
    covers: ['F9'],
    customer: { standing: 'excluded', shown: BY_BOTH },
    context: { account: 'none', source: 'otherBrand' },
    expect: REFUSED,
  },
  {
    id: 'foreign-passport',
    title: 'a passport of a neighbouring country',
    covers: ['F17'],
    customer: { standing: 'excluded', known: ['passport'], shown: [{ type: 'passport', country: 'TZ' }] },
    expect: REFUSED,
  },
  {
    id: 'alien',
    title: 'a resident without a national id',
    covers: ['F17'],
    customer: { standing: 'excluded', known: ['alienId'], shown: [{ type: 'alienId' }] },
    expect: REFUSED,
  },
  {
    id: 'affiliate',
    title: 'an address bought from an affiliate',
    covers: ['F18', 'F11'],
    customer: { standing: 'excluded', known: ['email'], shown: [{ type: 'email' }] },
    action: 'sendMarketing',
    context: { account: 'none', source: 'affiliate' },
    expect: REFUSED,
  },
  {
    id: 'affiliate-clear',
    title: 'an address bought from an affiliate, of somebody who is not excluded',
    covers: ['F18'],
    customer: { standing: 'clear', shown: [{ type: 'email' }] },
    action: 'sendMarketing',
    context: { account: 'none', source: 'affiliate' },
    expect: ALLOWED,
  },
  {
    id: 'shop',
    title: 'a customer at the counter of a betting shop',
    covers: ['F12', 'L.N. 112 r. 67(3)'],
    customer: { standing: 'excluded', shown: [{ type: 'nationalId' }] },
    action: 'bet',
    context: { source: 'bettingShop' },
    expect: REFUSED,
  },
  {
    id: 'calendar',
    title: 'the period is over by the operator’s own calendar',
    covers: ['F10'],
    customer: { standing: 'stays', shown: BY_BOTH },
    action: 'reactivate',
    context: { account: 'closed', periodOver: true },
    expect: REFUSED,
  },
];

const PURPOSE_OF = { sendMarketing: 'marketing', bet: 'bet' } as const;

export const people: readonly Vector[] = [...MATCHES, ...SEVERAL].map(({ id, title, covers, ...rest }) =>
  asked(`person-${id}`, title, covers, {
    ...rest,
    purpose: PURPOSE_OF[rest.action as keyof typeof PURPOSE_OF] ?? 'registration',
  }),
);
