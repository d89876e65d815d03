import type { Vector } from './vector.ts';
import { answers } from './vectors/answers.ts';
import { duties } from './vectors/duties.ts';
import { lists } from './vectors/lists.ts';
import { malformed } from './vectors/malformed.ts';
import { people } from './vectors/people.ts';
import { reuse } from './vectors/reuse.ts';
import { spellings } from './vectors/spellings.ts';

/** Everything an operator's system must get right. */
export const VECTORS: readonly Vector[] = [
  ...answers,
  ...spellings,
  ...malformed,
  ...reuse,
  ...people,
  ...lists,
  ...duties,
];

/**
 * Those of the failures that were the register's own. What is asked of an operator about them is its side: what it
 * does when that happens to the register.
 */
export const ABOUT_THE_REGISTER: Readonly<Record<string, string>> = {
  F1: 'A register that is away at its launch: the operator lets nobody in who was not answered for',
  F2: 'A register with wrong or incomplete entries: the operator hands over whatever is written, and takes no malformed value for a person',
  F3: 'A register that calls everybody excluded: the operator believes the next answer, and lets in who is CLEAR',
  F12: 'A register that is away, and slow to unlock: the operator says “not now”, and believes CLEAR afterwards',
  F17: 'A register that ends at the border: the operator asks about foreign documents too',
  F18: 'Affiliates who advertise to the excluded: the operator washes what it buys from them',
};
