import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { COMMUNITIES, type Community, GIVEN } from './names.ts';
import { Chance } from './random.ts';

/** A synthetic Kenyan; numbers are unique within one population, nobody is meant. */
export interface Synthetic {
  readonly names: readonly string[];
  readonly dateOfBirth: string;
  /** Undefined for those the register knows by a phone alone. */
  readonly document: Identifier | undefined;
  readonly phone: string;
  readonly email: string | undefined;
}

/**
 * How names are spread: so that the most frequent surname is that of one Kenyan in eighty, the most frequent given
 * name that of one man in thirty. `rare`: how many of the names are not among the frequent ones listed.
 */
interface Spread {
  readonly rare: number;
  readonly steepness: number;
}
const OWN: Spread = { rare: 0.3, steepness: 0.8 };
const GIVEN_SPREAD: Spread = { rare: 0.2, steepness: 0.5 };
/** How many have two, three or four names. */
const TWO_NAMES = 0.2;
const FOUR_NAMES = 0.12;
/** On paper where the day is not known: the first of January, or zeros. */
const NEW_YEAR = 0.06;
const YEAR_ONLY = 0.014;
const MONTH_ONLY = 0.006;
/** Foreigners have an alien ID, some with a passport; some Kenyans are on record with a phone alone. */
const ALIEN = 0.03;
export const PHONE_ONLY = 0.01;
const EMAIL = 0.35;
/** Follow somebody of their family in the register: the same surname and father's name, and one phone in the house. */
const RELATIVES = 0.12;

/** The nth person of a seed is always the same, and the strangers are drawn as the excluded are. */
export class Population {
  readonly #chance: Chance;
  #index = 0;
  #before: Drawn | undefined;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
  }

  next(): Synthetic {
    const chance = this.#chance;
    const index = this.#index++;
    const relative = this.#before !== undefined && chance.is(RELATIVES) ? this.#before : undefined;
    const drawn = relative === undefined ? this.#draw() : this.#drawRelative(relative);
    const papers = chance.next();
    const phone = relative?.phone ?? phoneOf(index);
    this.#before = { ...drawn, phone };
    return {
      names: drawn.names,
      dateOfBirth: dateOfBirth(chance),
      document: papers < PHONE_ONLY ? undefined : documentOf(index, papers < PHONE_ONLY + ALIEN),
      phone,
      email: chance.is(EMAIL)
        ? `${drawn.names.join('.').toLowerCase().replaceAll("'", '')}.${index}@gmail.com`
        : undefined,
    };
  }

  #draw(): Omit<Drawn, 'phone'> {
    const chance = this.#chance;
    const community = communityOf(chance);
    const isWoman = chance.is(0.35);
    const given = GIVEN[community.given][isWoman ? 'women' : 'men'];
    const own = isWoman ? community.women : community.men;
    const surname = this.#name(community.men, OWN);
    return { community, names: this.#combine(given, own, surname) };
  }

  #drawRelative({ community, names }: Drawn): Omit<Drawn, 'phone'> {
    const isWoman = this.#chance.is(0.5);
    const given = GIVEN[community.given][isWoman ? 'women' : 'men'];
    return {
      community,
      names: this.#combine(given, isWoman ? community.women : community.men, names.at(-1)!),
    };
  }

  /** A given name and the surname; mostly a name of one's own people between them, sometimes two given ones. */
  #combine(given: readonly string[], own: readonly string[], surname: string): string[] {
    const chance = this.#chance;
    const first = this.#name(given, GIVEN_SPREAD);
    const share = chance.next();
    if (share < TWO_NAMES) return [first, surname];
    const middle = other(() => this.#name(own, OWN), surname);
    if (share < 1 - FOUR_NAMES) return [first, middle, surname];
    return [first, other(() => this.#name(given, GIVEN_SPREAD), first), middle, surname];
  }

  /** A frequent name, or one of the many that few people have: the head of one and the tail of another. */
  #name(frequent: readonly string[], { rare, steepness }: Spread): string {
    const chance = this.#chance;
    const name = chance.pickFrequent(frequent, steepness);
    if (!chance.is(rare)) return name;
    const other = chance.pick(frequent);
    return (
      name.slice(0, Math.ceil(name.length / 2)) + other.slice(Math.floor(other.length / 2)).toLowerCase()
    );
  }
}

interface Drawn {
  readonly community: Community;
  readonly names: readonly string[];
  readonly phone: string;
}

function other(draw: () => string, than: string): string {
  for (;;) {
    const drawn = draw();
    if (drawn !== than) return drawn;
  }
}

function communityOf(chance: Chance): Community {
  let left = chance.next() * COMMUNITIES.reduce((sum, { share }) => sum + share, 0);
  for (const community of COMMUNITIES) {
    left -= community.share;
    if (left < 0) return community;
  }
  return COMMUNITIES[0]!;
}

export function documentOf(index: number, isAlien = false): Identifier {
  if (isAlien) return { type: 'alienId', value: String(1_000_000 + index) };
  // Steps that reach every number once, so that neighbours in the register are not neighbours in the country.
  return { type: 'nationalId', value: String(10_000_000 + ((index * 7_368_787) % 80_000_000)) };
}

const PHONE_RANGES = ['70', '71', '72', '79', '74', '11', '75', '73', '76', '78'];

export function phoneOf(index: number): string {
  const range = PHONE_RANGES[index % PHONE_RANGES.length]!;
  const number = (Math.floor(index / PHONE_RANGES.length) * 7_654_321) % 10_000_000;
  return `+254${range}${String(number).padStart(7, '0')}`;
}

/** So that nobody is older than eighty. */
const OLDEST = 1 - Math.exp(-62 / 20);

/** Adults, each year of age a twentieth fewer than the one before: half of them are under 32. */
function dateOfBirth(chance: Chance): string {
  const year = 2007 - Math.floor(-20 * Math.log(1 - chance.next() * OLDEST));
  const kind = chance.next();
  if (kind < NEW_YEAR) return `${year}-01-01`;
  if (kind < NEW_YEAR + YEAR_ONLY) return `${year}-00-00`;
  const month = two(1 + chance.below(12));
  if (kind < NEW_YEAR + YEAR_ONLY + MONTH_ONLY) return `${year}-${month}-00`;
  return `${year}-${month}-${two(1 + chance.below(28))}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
