import type { Shown } from '@kinga/shared/conformance/vector.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';

/** How somebody writes what they are known by. */
export function spell(type: IdentifierType, value: string, as: Shown['as'] = 'plain'): string {
  if (typeof as === 'object') return as.raw;
  const national = value.slice(4);
  switch (as) {
    case 'plain':
      return value;
    case 'spaced':
      return grouped(type, value, ' ');
    case 'dashed':
      return grouped(type, value, '-');
    case 'apostrophe':
      return `'${value}`;
    case 'international':
      return value.slice(1);
    case 'international00':
      return `00${value.slice(1)}`;
    case 'trunk':
      return `+254(0)${national}`;
    case 'local':
      return `0${national}`;
    case 'bare':
      return national;
    case 'punctuated':
      return `0${national.slice(0, 3)}-${national.slice(3, 6)}.${national.slice(6)}`;
    case 'lower':
      return value.toLowerCase();
    case 'upper':
      return value.toUpperCase();
    case 'padded':
      return `  ${value} `;
  }
}

function grouped(type: IdentifierType, value: string, by: string): string {
  const at = type === 'phone' ? [4, 7, 10] : [2, 5];
  return [0, ...at].map((from, i) => value.slice(from, at[i])).join(by);
}
