import type { BirthDate } from './dates.ts';
import {
  edgeTexts,
  halfTexts,
  mailTexts,
  type Portrait,
  pairs,
  pairText,
  shortened,
  slips,
  slipTexts,
  vagueTexts,
} from './keys.ts';

/** Of whom a clue is believed: a national id that differs from the one on record speaks against the rest. */
export type Whose = 'anybody' | 'withDocument' | 'withoutDocument';

/** Key texts that make a possible match when the register knows all of them. */
export interface Clue {
  readonly whose: Whose;
  readonly texts: readonly string[];
}

/**
 * What would make the asked person a possible match. Somebody who gives a national id that the register does not
 * know is the person on record only if no other is on record, or one that is almost the same.
 */
export function cluesOf(asked: Portrait): Clue[] {
  const { sounds, born, document, mailboxes } = asked;
  const clues: Clue[] = [];
  const add = (whose: Whose, ...texts: string[]) => void clues.push({ whose, texts });
  if (sounds.length > 0 && born !== undefined) {
    const of = sounds.length === 2 ? twoNames : moreNames;
    const whose = document === undefined ? 'anybody' : 'withoutDocument';
    for (const texts of of(sounds, born)) add(whose, ...texts);
    if (document !== undefined) {
      for (const text of halfTexts(born, sounds, document)) add('withDocument', text);
    }
  }
  for (const mailbox of mailboxes) {
    for (const text of mailTexts(mailbox, sounds, born)) add('anybody', text);
  }
  return clues;
}

/** Both names, of somebody with two or with more; or one of them with a slip. */
function twoNames(sounds: readonly string[], born: BirthDate): string[][] {
  const [pair = ''] = pairs(sounds);
  const clues = [[pairText(2, born, pair)]];
  if (born.month === undefined) return clues;
  clues.push([pairText(3, born, pair)]);
  for (const text of slipTexts(born, askedSlips(sounds))) clues.push([text]);
  for (const more of oneLess(sounds)) clues.push([pairText(2, born, more)]);
  return clues;
}

/** A slip in what is asked: one sound too few, another one, or (below) one too many. */
function askedSlips(sounds: readonly string[]): string[] {
  const [first = '', second = ''] = sounds;
  return [`${first}~${second}`, `${second}~${first}`, ...slips(sounds)];
}

function oneLess([first = '', second = '']: readonly string[]): string[] {
  return [
    ...shortened(first).map((short) => [short, second]),
    ...shortened(second).map((short) => [first, short]),
  ].map((two) => two.sort().join(' '));
}

function moreNames(sounds: readonly string[], born: BirthDate): string[][] {
  // Three names agree.
  const clues = threes(sounds).map((three) => pairs(three).map((pair) => pairText(3, born, pair)));
  // All names agree and what is known of the date, of which the register does not know more, or the asker.
  const vague = [...vagueTexts(born, sounds, false), ...(born.isWhole ? [] : vagueTexts(born, sounds, true))];
  for (const text of vague) clues.push([text]);
  if (born.month === undefined) return clues;
  // Somebody with two names, both among these.
  for (const pair of pairs(sounds)) clues.push([pairText(2, born, pair)]);
  // Two names agree, and of the third what a slip leaves.
  if (sounds.length > 3) return clues;
  for (const edge of edgeTexts(born, sounds)) {
    for (const pair of pairs(sounds)) clues.push([pairText(3, born, pair), edge]);
  }
  return clues;
}

function threes(sounds: readonly string[]): (readonly string[])[] {
  if (sounds.length === 3) return [sounds];
  return sounds.map((_, without) => sounds.filter((_sound, i) => i !== without));
}
