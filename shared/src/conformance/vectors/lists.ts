import type { Standing } from '../../sandbox/persons.ts';
import type { Decision } from '../situation.ts';
import type { Shown, Vector } from '../vector.ts';
import { ALLOWED, asked, BY_ID, NOT_NOW, REFUSED } from './make.ts';

interface Item {
  readonly id: string;
  readonly title: string;
  readonly standing: Standing;
  readonly shown?: readonly Shown[];
  readonly expect: readonly Decision[];
  readonly mustAsk?: boolean;
}

const WASH: readonly Item[] = [
  { id: '1', title: 'the first of a list, not excluded', standing: 'clear', expect: ALLOWED },
  { id: '2', title: 'somebody excluded in the middle of a list', standing: 'excluded', expect: REFUSED },
  { id: '3', title: 'somebody not excluded after one who is', standing: 'clear', expect: ALLOWED },
  {
    id: '4',
    title: 'a malformed number fails alone',
    standing: 'clear',
    shown: [{ type: 'phone', as: { raw: '0712' } }],
    expect: ['rejectInput'],
    mustAsk: false,
  },
  { id: '5', title: 'somebody excluded after a malformed number', standing: 'excluded', expect: REFUSED },
  { id: '6', title: 'the last of a list, not excluded', standing: 'clear', expect: ALLOWED },
];

const EVENING: readonly Item[] = [
  {
    id: '1',
    title: 'somebody not excluded, among answers that are missing',
    standing: 'clear',
    expect: ALLOWED,
  },
  { id: '2', title: 'an UNKNOWN in a list', standing: 'unknown', expect: NOT_NOW },
  { id: '3', title: 'one of a list gets no answer', standing: 'unavailable', expect: NOT_NOW },
  {
    id: '4',
    title: 'somebody excluded, among answers that are missing',
    standing: 'excluded',
    expect: REFUSED,
  },
];

/** Answers of a batch are joined by ref. They come in any order, and some are errors. */
export const lists: readonly Vector[] = [
  ...WASH.map(({ id, title, shown = BY_ID, standing, ...rest }) =>
    asked(`wash-${id}`, title, ['F16', 'F10'], {
      ...rest,
      purpose: 'marketing',
      customer: { standing, shown },
      batch: 'wash',
    }),
  ),
  ...EVENING.map(({ id, title, shown = BY_ID, standing, ...rest }) =>
    asked(`evening-${id}`, title, ['F16', 'F15'], {
      ...rest,
      purpose: 'bet',
      customer: { standing, shown },
      batch: 'evening',
    }),
  ),
];
