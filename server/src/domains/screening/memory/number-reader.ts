import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import { mix } from './mix.ts';

/** What is counted up in the world; nobody counts up e-mail addresses. */
const FAMILY: Readonly<Record<IdentifierType, number>> = {
  nationalId: 1,
  phone: 2,
  passport: 3,
  alienId: 4,
  email: 0,
};

/** So many digits fit below 2^30. */
const DIGITS_MAX = 9;
const ZERO = 48;

/** Reads the number an identifier ends with, and what it is a number of: its kind, its length, what is before it. */
export class NumberReader {
  number = 0;
  family = 0;

  /** False when there is no number in it. The canonical form is expected. */
  read(type: IdentifierType, canonical: string): boolean {
    const code = FAMILY[type];
    if (code === 0) return false;
    const { length } = canonical;
    let start = length;
    let number = 0;
    for (let place = 1; start > 0 && length - start < DIGITS_MAX; place *= 10) {
      const digit = canonical.charCodeAt(start - 1) - ZERO;
      if (digit < 0 || digit > 9) break;
      number += digit * place;
      start--;
    }
    if (start === length) return false;
    let family = mix(code, length);
    for (let i = 0; i < start; i++) family = mix(family, canonical.charCodeAt(i));
    this.number = number;
    this.family = family;
    return true;
  }
}
