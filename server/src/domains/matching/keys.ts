import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import { type BirthDate, birthDateOf } from './dates.ts';
import { mailboxOf } from './mailbox.ts';
import { soundsOf } from './names.ts';

/** What is known of a person, on record or by somebody who asks. */
export interface Facts {
  readonly name?: string | undefined;
  /** `YYYY-MM-DD`, with 00 for an unknown month or day. */
  readonly dateOfBirth?: string | undefined;
  readonly identifiers: readonly { readonly type: IdentifierType; readonly canonical: string }[];
}

/** The same, in the form in which it is compared. */
export interface Portrait {
  /** In alphabetical order; fewer than two say too little to be used. */
  readonly sounds: readonly string[];
  readonly born: BirthDate | undefined;
  /** The number of the document that stays a person's for life; a passport's changes with the booklet. */
  readonly document: string | undefined;
  readonly mailboxes: readonly string[];
}

export function portraitOf({ name, dateOfBirth, identifiers }: Facts): Portrait {
  const sounds = name === undefined ? [] : soundsOf(name);
  let document: string | undefined;
  const mailboxes: string[] = [];
  for (const { type, canonical } of identifiers) {
    if (type === 'nationalId' || type === 'alienId') document ??= canonical;
    else if (type === 'email') mailboxes.push(...mailboxOf(canonical));
  }
  const born = dateOfBirth === undefined ? undefined : birthDateOf(dateOfBirth);
  return { sounds: sounds.length < 2 ? [] : sounds, born, document, mailboxes };
}

/**
 * The texts of a person's match keys. Each is a conjunction that few people share, because a table of keys can
 * only be asked whether a key is in it; which of them together make a possible match is said in clues.ts.
 */
export function keyTextsOf({ sounds, born, document, mailboxes }: Portrait): string[] {
  const texts: string[] = [];
  if (sounds.length > 0 && born !== undefined) {
    texts.push(...pairs(sounds).map((pair) => pairText(born, pair)));
    if (sounds.length === 2) texts.push(onlyText(born, pairOf(sounds)), ...slipTexts(born, slips(sounds)));
    if (sounds.length === 3) texts.push(...edgeTexts(born, sounds));
    if (sounds.length > 2) texts.push(...vagueTexts(born, sounds));
    if (document !== undefined) texts.push(...endTexts(born, sounds, document));
  }
  for (const mailbox of mailboxes) texts.push(...mailTexts(mailbox, sounds, born).slice(0, 1));
  return [...new Set(texts)];
}

/** Two of the names and the date. */
export function pairText(born: BirthDate, pair: string): string {
  return `pair|${born.text}|${pair}`;
}

/** These two are all the names. */
export function onlyText(born: BirthDate, pair: string): string {
  return `only|${born.text}|${pair}`;
}

/** Two names, of which one sounds almost so, and the date; of a year alone too many would be born. */
export function slipTexts(born: BirthDate, pairs: readonly string[]): string[] {
  return born.month === undefined ? [] : pairs.map((pair) => `slip|${born.text}|${pair}`);
}

const VOWELS = /[a-z]/g;

/**
 * Consonants of the names with the date: the first two, the first and the last, the last alone. Beside a pair that
 * agrees they are what a slip leaves of the third name: behind its beginning, before its end, or at its beginning.
 */
export function edgeTexts(born: BirthDate, sounds: readonly string[]): string[] {
  if (born.month === undefined) return [];
  const consonants = sounds.map((sound) => sound.replace(VOWELS, '') || sound);
  const edges = [
    ['begin', (sound: string) => sound.slice(0, 2)],
    ['both', (sound: string) => `${sound[0]}${sound.at(-1)}`],
    ['end', (sound: string) => sound.slice(-1)],
  ] as const;
  return edges.map(([edge, of]) => `${edge}|${born.text}|${consonants.map(of).sort().join(' ')}`);
}

/** So many names that with all of them the year alone says enough; with fewer it takes the month. */
const NAMES_FOR_YEAR = 4;

/** All the names and the part of the date that both sides know when one of them does not know the rest. */
export function vagueTexts(born: BirthDate, sounds: readonly string[], isWhole = born.isWhole): string[] {
  const period = sounds.length >= NAMES_FOR_YEAR ? born.year : born.month;
  return period === undefined ? [] : [`${isWhole ? 'whole' : 'vague'}|${period}|${sounds.join(' ')}`];
}

const DOCUMENT_END = 4;

/** All the names, the year and one end of the document's number: a digit mistyped leaves the other end. */
export function endTexts(born: BirthDate, sounds: readonly string[], document: string): string[] {
  const rest = `${born.year}|${sounds.join(' ')}`;
  return [`head|${document.slice(0, DOCUMENT_END)}|${rest}`, `tail|${document.slice(-DOCUMENT_END)}|${rest}`];
}

/** A mailbox with a second thing that agrees; on record stands the first that is known. */
export function mailTexts(mailbox: string, sounds: readonly string[], born: BirthDate | undefined): string[] {
  const texts: string[] = [];
  if (born !== undefined) texts.push(`mail-date|${mailbox}|${born.year}`);
  if (sounds.length > 0) texts.push(`mail-name|${mailbox}|${sounds.join(' ')}`);
  return texts;
}

export function pairOf([first = '', second = '']: readonly string[]): string {
  return first < second ? `${first} ${second}` : `${second} ${first}`;
}

/** Every two of the names. */
export function pairs(sounds: readonly string[]): string[] {
  const all: string[] = [];
  for (let i = 0; i < sounds.length; i++) {
    for (let j = i + 1; j < sounds.length; j++) all.push(`${sounds[i]} ${sounds[j]}`);
  }
  return all;
}

const SLIP_SOUNDS_MIN = 3;

/**
 * Of two names every form in which one lacks one sound, but not its first, where slips are rare and other names
 * begin: Kimutai is not Mutai. A name with few sounds would lose too much.
 */
export function slips([first = '', second = '']: readonly string[]): string[] {
  return [
    ...shortened(first).map((short) => `${second}~${short}`),
    ...shortened(second).map((short) => `${first}~${short}`),
  ];
}

export function shortened(sound: string): string[] {
  if (sound.length < SLIP_SOUNDS_MIN) return [];
  return Array.from(sound, (_, i) => sound.slice(0, i) + sound.slice(i + 1)).slice(1);
}
