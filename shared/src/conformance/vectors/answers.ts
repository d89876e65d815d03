import { PURPOSES, type Purpose } from '../../exclusions/exclusion.ts';
import type { Standing } from '../../sandbox/persons.ts';
import type { Decision } from '../situation.ts';
import type { Vector } from '../vector.ts';
import { ALLOWED, asked, BY_BOTH, BY_ID, NOT_NOW, REFUSED } from './make.ts';

/** What each kind of answer, and each kind of none, means for each purpose. */
interface Rule {
  readonly standing: Standing;
  readonly title: string;
  readonly covers: readonly string[];
  readonly expect: readonly Decision[];
  readonly purposes: readonly Purpose[];
}

const RULES: readonly Rule[] = [
  { standing: 'clear', title: 'CLEAR', covers: ['wire', 'F3'], expect: ALLOWED, purposes: PURPOSES },
  {
    standing: 'excluded',
    title: 'EXCLUDED',
    covers: ['L.N. 112 r. 67(3)', 'F11'],
    expect: REFUSED,
    purposes: PURPOSES,
  },
  {
    standing: 'unknown',
    title: 'UNKNOWN, which is not CLEAR',
    covers: ['F15', 'F12', 'F4'],
    expect: NOT_NOW,
    purposes: PURPOSES,
  },
  {
    standing: 'unavailable',
    title: 'the hub is away',
    covers: ['F1', 'F15', 'policy: outage'],
    expect: NOT_NOW,
    purposes: PURPOSES,
  },
  {
    standing: 'rateLimited',
    title: 'RATE_LIMITED is no answer',
    covers: ['F15', 'wire: RATE_LIMITED'],
    expect: NOT_NOW,
    purposes: PURPOSES,
  },
  {
    standing: 'pending',
    title: 'an exclusion that begins later is none yet',
    covers: ['model: time'],
    expect: ALLOWED,
    purposes: ['login', 'bet'],
  },
  {
    standing: 'ended',
    title: 'a short exclusion ends by itself',
    covers: ['F12', 'model: time'],
    expect: ALLOWED,
    purposes: ['login', 'deposit', 'bet'],
  },
  {
    standing: 'stays',
    title: 'a long exclusion stays in force until a return is granted',
    covers: ['F10', 'model: time'],
    expect: REFUSED,
    purposes: PURPOSES,
  },
];

export const answers: readonly Vector[] = [
  ...RULES.flatMap(({ standing, title, covers, expect, purposes }) =>
    purposes.map((purpose) =>
      asked(`${standing}-${purpose}`, `${purpose}: ${title}`, covers, {
        purpose,
        customer: { standing, shown: BY_BOTH },
        expect,
      }),
    ),
  ),
  ...(['registration', 'login', 'bet'] as const).map((purpose) =>
    asked(
      `slow-${purpose}`,
      `${purpose}: an answer that comes too late is none`,
      ['F1', 'F15', 'wire: deadline'],
      {
        purpose,
        customer: { standing: 'slow', shown: BY_ID },
        context: { deadlineMs: 500 },
        expect: NOT_NOW,
      },
    ),
  ),
];
