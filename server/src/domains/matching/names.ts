import { soundOf } from './phonetic.ts';

/** Said before or between names, and as often left out. */
const PARTICLES = new Set(
  'mr mrs ms miss dr eng hon prof rev sir bi bw bin bint binti ibn ben wa ole arap ap al el'.split(' '),
);
const NAMES_MAX = 4;
const APOSTROPHES = /['\u2018\u2019\u02bc`\u00b4]/g;
const MARKS = /\p{M}+/gu;
const LETTERS = /[a-z]+/g;
const PLAIN = /^[A-Za-z ]*$/;

/**
 * The sounds of a person's names in alphabetical order, so that their own order, case, marks and separators
 * make no difference. Initials and particles are no names; of more than four names the longest count.
 */
export function soundsOf(name: string): string[] {
  const plain = PLAIN.test(name) ? name : name.normalize('NFKD').replace(MARKS, '').replace(APOSTROPHES, '');
  const sounds: string[] = [];
  for (const word of plain.toLowerCase().match(LETTERS) ?? []) {
    if (word.length > 1 && !PARTICLES.has(word)) sounds.push(soundOf(word));
  }
  sounds.sort();
  if (sounds.length <= NAMES_MAX) return sounds;
  return sounds
    .sort((a, b) => b.length - a.length)
    .slice(0, NAMES_MAX)
    .sort();
}
