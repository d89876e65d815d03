import type { Purpose } from '../../exclusions/exclusion.ts';
import type { Standing } from '../../sandbox/persons.ts';
import type { Action, Context } from '../situation.ts';
import type { Vector } from '../vector.ts';
import { ALLOWED, asked, BY_ID, NOT_NOW, REFUSED } from './make.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

type Last = NonNullable<Context['lastAnswer']>;
const answer = (
  purpose: Purpose,
  agoMs: number,
  validForMs: number,
  status: Last['status'] = 'CLEAR',
): Context => ({
  lastAnswer: { status, purpose, agoMs, validForMs },
  account: 'open',
});

/** An answer may be used again until validUntil, for its purpose and its person, and not a second longer. */
const STILL: readonly (readonly [
  id: string,
  purpose: Purpose,
  context: Context,
  title: string,
  covers: string,
])[] = [
  [
    'bet',
    'bet',
    answer('bet', 20 * SECOND, 40 * SECOND),
    'a bet 20 seconds after a check',
    'model: validUntil',
  ],
  [
    'deposit',
    'deposit',
    answer('deposit', 50 * SECOND, 10 * SECOND),
    'a deposit 50 seconds after a check',
    'model: validUntil',
  ],
  [
    'marketing',
    'marketing',
    answer('marketing', 20 * HOUR, 4 * HOUR),
    'a message on the day of the wash',
    'model: validUntil',
  ],
];

interface Over {
  readonly id: string;
  readonly purpose: Purpose;
  readonly context: Context;
  readonly title: string;
  readonly covers: readonly string[];
  readonly action?: Action;
  readonly mustProve?: boolean;
  readonly standing?: Standing;
}

const OVER: readonly Over[] = [
  {
    id: 'bet',
    purpose: 'bet',
    context: answer('bet', 61 * SECOND, -SECOND),
    title: 'a bet a minute after the last check',
    covers: ['model: validUntil', 'F15'],
  },
  {
    id: 'deposit',
    purpose: 'deposit',
    context: answer('deposit', 300 * SECOND, -240 * SECOND),
    title: 'a deposit five minutes after the last check',
    covers: ['model: validUntil'],
  },
  {
    id: 'login',
    purpose: 'login',
    context: answer('login', 2 * SECOND, 0),
    title: 'a log-in is asked for each time',
    covers: ['model: validUntil', 'F15'],
  },
  {
    id: 'registration',
    purpose: 'registration',
    context: answer('registration', SECOND, 0),
    title: 'a registration is asked for each time',
    covers: ['model: validUntil'],
  },
  {
    id: 'marketing',
    purpose: 'marketing',
    context: answer('marketing', 25 * HOUR, -HOUR),
    title: 'yesterday’s wash is no wash',
    covers: ['F10', 'L.N. 112 r. 70(5)(c)'],
  },
  {
    id: 'purpose',
    purpose: 'bet',
    context: answer('marketing', HOUR, 23 * HOUR),
    title: 'an answer for marketing says nothing about a bet',
    covers: ['wire: purpose', 'F11'],
  },
  {
    id: 'unknown',
    purpose: 'bet',
    context: answer('bet', SECOND, 0, 'UNKNOWN'),
    title: 'after UNKNOWN the hub is asked again',
    covers: ['F15', 'F4'],
  },
  {
    id: 'pending',
    purpose: 'bet',
    context: answer('bet', 12 * SECOND, -2 * SECOND),
    title: 'validUntil ended early, where a pending exclusion began',
    covers: ['model: validUntil', 'model: time'],
  },
  {
    id: 'window',
    purpose: 'bet',
    context: answer('bet', 71 * HOUR, -71 * HOUR),
    title: 'a bet on a check of three days ago, as a free-roll wants it',
    covers: ['F13'],
    mustProve: true,
  },
  {
    id: 'account',
    purpose: 'login',
    context: answer('login', 20 * DAY, -20 * DAY),
    title: 'an account that was left open for 20 days',
    covers: ['F10'],
  },
  {
    id: 'edited',
    purpose: 'bet',
    context: { ...answer('bet', 5 * SECOND, 55 * SECOND), identityChanged: true },
    title: 'an answer about the details before the correction',
    covers: ['F8'],
  },
];

export const reuse: readonly Vector[] = [
  ...STILL.map(([id, purpose, context, title, covers]) =>
    asked(`still-${id}`, title, [covers], {
      purpose,
      customer: { standing: 'clear', shown: BY_ID },
      context,
      expect: ALLOWED,
      mustAsk: false,
    }),
  ),
  ...OVER.map(({ id, title, covers, standing = 'excluded', ...rest }) =>
    asked(`over-${id}`, title, covers, { ...rest, customer: { standing, shown: BY_ID }, expect: REFUSED }),
  ),
  asked(
    'still-outage',
    'the hub is away and the last check still holds: the rule for bets',
    ['F4', 'policy: outage'],
    {
      purpose: 'bet',
      customer: { standing: 'unavailable', shown: BY_ID },
      context: answer('bet', 30 * SECOND, 30 * SECOND),
      expect: ALLOWED,
      mustAsk: false,
    },
  ),
  asked(
    'over-outage',
    'the hub is away and the last check holds no longer',
    ['F4', 'F15', 'policy: outage'],
    {
      purpose: 'bet',
      customer: { standing: 'unavailable', shown: BY_ID },
      context: answer('bet', 90 * SECOND, -30 * SECOND),
      expect: NOT_NOW,
    },
  ),
  asked('new-outage', 'the hub is away and the account is new', ['F4', 'F1', 'policy: outage'], {
    purpose: 'registration',
    customer: { standing: 'unavailable', shown: BY_ID },
    context: { account: 'none' },
    expect: NOT_NOW,
  }),
  asked('still-excluded', 'an EXCLUDED that still holds', ['wire: EXCLUDED'], {
    purpose: 'bet',
    customer: { standing: 'excluded', shown: BY_ID },
    context: answer('bet', 10 * SECOND, 50 * SECOND, 'EXCLUDED'),
    expect: REFUSED,
    mustAsk: false,
  }),
  asked(
    'over-excluded',
    'whoever was excluded last month may come back when the hub says CLEAR',
    ['F3', 'F12'],
    {
      purpose: 'registration',
      customer: { standing: 'ended', shown: BY_ID },
      context: { ...answer('registration', 30 * DAY, -30 * DAY, 'EXCLUDED'), account: 'none' },
      expect: ALLOWED,
    },
  ),
];
