import type { BirthDate } from './dates.ts';
import {
  edgeTexts,
  endTexts,
  mailTexts,
  onlyText,
  type Portrait,
  pairOf,
  pairs,
  pairText,
  shortened,
  slips,
  slipTexts,
  vagueTexts,
} from './keys.ts';

/** Of whom a clue is believed: a document that differs from the one on record speaks against the rest. */
export type Whose = 'anybody' | 'withDocument' | 'withoutDocument';

/** A key text that makes a possible match when the register knows it. */
export interface Clue {
  readonly whose: Whose;
  readonly text: string;
  /** Where it says too little by itself: it takes all the texts of one of these as well. */
  readonly further: (() => readonly (readonly string[])[]) | undefined;
}

/**
 * What would make the asked person a possible match. Somebody who gives a document that the register does not know
 * is the person on record only if no document is on record, or one that is almost the same.
 */
export function cluesOf({ sounds, born, document, mailboxes }: Portrait): Clue[] {
  const clues: Clue[] = [];
  if (sounds.length > 0 && born !== undefined) {
    const whose = document === undefined ? 'anybody' : 'withoutDocument';
    if (sounds.length === 2) addTwoNames(clues, whose, sounds, born);
    else addMoreNames(clues, whose, sounds, born);
    if (document !== undefined) addAlone(clues, 'withDocument', endTexts(born, sounds, document));
  }
  for (const mailbox of mailboxes) addAlone(clues, 'anybody', mailTexts(mailbox, sounds, born));
  return clues;
}

function addAlone(clues: Clue[], whose: Whose, texts: readonly string[]): void {
  for (const text of texts) clues.push({ whose, text, further: undefined });
}

/** Both names, and of somebody with more names when the date is whole; or one of them with a slip. */
function addTwoNames(clues: Clue[], whose: Whose, sounds: readonly string[], born: BirthDate): void {
  const only = (pair: string) => () => [[onlyText(born, pair)]];
  const pair = pairOf(sounds);
  const text = pairText(born, pair);
  if (born.month === undefined) {
    clues.push({ whose, text, further: only(pair) });
    return;
  }
  clues.push({ whose, text, further: undefined });
  addAlone(clues, whose, slipTexts(born, askedSlips(sounds)));
  for (const shorter of oneLess(sounds)) {
    clues.push({ whose, text: pairText(born, shorter), further: only(shorter) });
  }
}

/** A slip in what is asked: one sound too few, another one, or (below) one too many. */
function askedSlips(sounds: readonly string[]): string[] {
  const [first = '', second = ''] = sounds;
  return [`${first}~${second}`, `${second}~${first}`, ...slips(sounds)];
}

function oneLess([first = '', second = '']: readonly string[]): string[] {
  return [
    ...shortened(first).map((short) => pairOf([short, second])),
    ...shortened(second).map((short) => pairOf([first, short])),
  ];
}

function addMoreNames(clues: Clue[], whose: Whose, sounds: readonly string[], born: BirthDate): void {
  for (const pair of pairs(sounds)) {
    clues.push({ whose, text: pairText(born, pair), further: () => besidePair(pair, sounds, born) });
  }
  // All names agree and what is known of the date, of which the register does not know more, or the asker.
  addAlone(clues, whose, vagueTexts(born, sounds, false));
  if (!born.isWhole) addAlone(clues, whose, vagueTexts(born, sounds, true));
}

/** What must be beside two names that agree, of three or four. */
function besidePair(pair: string, sounds: readonly string[], born: BirthDate): string[][] {
  const threes = sounds.length === 3 ? [sounds] : sounds.map((_, out) => sounds.filter((_s, i) => i !== out));
  // A third name agrees with both.
  const beside = threes.map((three) => pairs(three).map((other) => pairText(born, other)));
  if (born.month === undefined) return beside;
  // There are no other names on record; or of three the third is one with a slip.
  beside.push([onlyText(born, pair)]);
  if (sounds.length === 3) beside.push(...edgeTexts(born, sounds).map((edge) => [edge]));
  return beside;
}
