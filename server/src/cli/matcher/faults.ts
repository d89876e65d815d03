import type { Chance } from './random.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** One slip of a finger in one of the names: a letter too few, too many, another one, or two exchanged. */
export function mistyped(names: readonly string[], chance: Chance): string[] {
  return changeOne(names, chance, (name) => {
    const at = chance.below(name.length);
    switch (chance.below(4)) {
      case 0:
        return name.slice(0, at) + name.slice(at + 1);
      case 1:
        return name.slice(0, at) + chance.pick([...LETTERS]) + name.slice(at);
      case 2:
        return name.slice(0, at) + chance.pick([...LETTERS]) + name.slice(at + 1);
      default:
        return name.slice(0, at) + (name[at + 1] ?? '') + name[at]! + name.slice(at + 2);
    }
  });
}

/**
 * What people hear and write: nasals, aspirates, glides, l and r, doubled letters, i and e. Not the matcher's own
 * table: some of these it does not know.
 */
const HEARD: readonly (readonly [pattern: RegExp, as: string])[] = [
  [/ng'/i, 'ng'],
  [/^nj/i, 'j'],
  [/nd/i, 'd'],
  [/mb/i, 'b'],
  [/th/i, 't'],
  [/dh/i, 'd'],
  [/ch/i, 'c'],
  [/ph/i, 'f'],
  [/v/i, 'ph'],
  [/sh/i, 's'],
  [/l/i, 'r'],
  [/r/i, 'l'],
  [/i/i, 'e'],
  [/e/i, 'i'],
  [/u/i, 'o'],
  [/y/i, 'i'],
  [/w/i, 'u'],
  [/k/i, 'c'],
  [/c(?!h)/i, 'k'],
  [/s/i, 'z'],
  [/h/i, ''],
  [/n/i, 'nn'],
  [/m/i, 'mm'],
  [/t/i, 'tt'],
  [/g/i, 'k'],
  [/b/i, 'p'],
  [/d/i, 't'],
  [/j/i, 'ch'],
  [/$/, 'h'],
  [/u$/i, ''],
];

/** One or two names as somebody wrote them who had heard them. */
export function heard(names: readonly string[], chance: Chance): string[] {
  const once = changeOne(names, chance, (name) => asHeard(name, chance));
  return chance.is(0.3) ? changeOne(once, chance, (name) => asHeard(name, chance)) : once;
}

/** The surname in another spelling: half as heard, half with a slip. */
export function respelled(names: readonly string[], chance: Chance): string[] {
  const surname = [names.at(-1)!];
  const changed = chance.is(0.5) ? [asHeard(surname[0]!, chance)] : mistyped(surname, chance);
  return [...names.slice(0, -1), ...changed];
}

function asHeard(name: string, chance: Chance): string {
  const fitting = HEARD.filter(([pattern]) => pattern.test(name));
  const [pattern, as] = chance.pick(fitting);
  return name.replace(pattern, as);
}

export function reordered(names: readonly string[], chance: Chance): string[] {
  const left = [...names];
  const order: string[] = [];
  while (left.length > 0) order.push(...left.splice(chance.below(left.length), 1));
  return order.every((name, i) => name === names[i]) ? order.reverse() : order;
}

/** One name left out; nobody is asked about by one name. */
export function shortened(names: readonly string[], chance: Chance): string[] {
  if (names.length < 3) return [...names];
  const without = chance.below(names.length);
  return names.filter((_, i) => i !== without);
}

/** Another date: the day unknown, the month too, the first of January, a day or a month mistyped, or exchanged. */
export function misdated(date: string, chance: Chance): string {
  const [year = '', month = '', day = ''] = date.split('-');
  const two = (number: number) => String(number).padStart(2, '0');
  switch (chance.below(5)) {
    case 0:
      return `${year}-00-00`;
    case 1:
      return `${year}-${month}-00`;
    case 2:
      return `${year}-01-01`;
    case 3:
      return `${year}-${month === '00' ? '07' : month}-${two(1 + chance.below(28))}`;
    default:
      return Number(day) >= 1 && Number(day) <= 12 ? `${year}-${day}-${month}` : `${year}-07-01`;
  }
}

function changeOne(names: readonly string[], chance: Chance, change: (name: string) => string): string[] {
  const at = chance.below(names.length);
  return names.map((name, i) => (i === at ? change(name) : name));
}
