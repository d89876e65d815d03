import type { Change, Decision } from '../situation.ts';
import type { Vector } from '../vector.ts';
import { asked, BY_ID, REFUSED } from './make.ts';

const NEXT = { seq: 42, appliedSeq: 41 };

const CHANGES: readonly (readonly [
  id: string,
  change: Change,
  expect: Decision,
  title: string,
  covers: readonly string[],
])[] = [
  [
    'registered',
    { type: 'registered', ...NEXT },
    'closeAccount',
    'a customer is excluded: the account is closed now',
    ['F10', 'L.N. 112 r. 67(3)'],
  ],
  [
    'extended',
    { type: 'extended', ...NEXT },
    'closeAccount',
    'an exclusion is extended: the account stays closed',
    ['F10'],
  ],
  [
    'lifted',
    { type: 'lifted', ...NEXT },
    'checkAgain',
    'an exclusion ends: no account opens by itself',
    ['F10'],
  ],
  [
    'identified',
    { type: 'identified', ...NEXT },
    'checkAgain',
    'the register knows a customer by something new',
    ['F8'],
  ],
  [
    'reset',
    { type: 'reset', ...NEXT },
    'checkAgain',
    'continuity broke: what was known is not known any more',
    ['F2', 'wire: reset'],
  ],
  [
    'gap',
    { type: 'registered', seq: 44, appliedSeq: 41 },
    'resume',
    'two changes are missing: resume after the last one applied',
    ['F10', 'wire: log'],
  ],
  [
    'again',
    { type: 'registered', seq: 41, appliedSeq: 41 },
    'ignore',
    'a change that was applied already',
    ['wire: log'],
  ],
];

/** What is owed beside refusing. */
export const duties: readonly Vector[] = [
  ...CHANGES.map(
    ([id, change, expect, title, covers]): Vector => ({
      id: `change-${id}`,
      title,
      covers,
      action: 'applyChange',
      purpose: null,
      customer: null,
      change,
      expect: [expect],
      mustAsk: false,
    }),
  ),
  ...(['excluded', 'unknown', 'unavailable'] as const).map(
    (standing): Vector => ({
      id: `withdraw-${standing}`,
      title: `a withdrawal is paid in any case: ${standing}`,
      covers: ['policy: withdrawals', 'F12'],
      action: 'withdraw',
      purpose: null,
      customer: { standing, shown: BY_ID },
      context: { account: 'open' },
      expect: ['allow'],
      mustAsk: false,
    }),
  ),
  asked('receipt-refused', 'the proof of a refusal is kept', ['F13', 'wire: checkId'], {
    purpose: 'bet',
    customer: { standing: 'excluded', shown: BY_ID },
    expect: REFUSED,
    mustProve: true,
  }),
  asked('receipt-allowed', 'the proof of an accepted bet is kept', ['F13', 'wire: checkId'], {
    purpose: 'bet',
    customer: { standing: 'clear', shown: BY_ID },
    expect: ['allow'],
    mustProve: true,
  }),
];
