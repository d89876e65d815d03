import { randomInt } from 'node:crypto';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';

/** A synthetic Kenyan; no two of one test file share anything. */
export interface Person {
  readonly name: string;
  readonly nationalId: string;
  readonly phone: string;
  readonly email: string;
  readonly passport: string;
  readonly alienId: string;
  readonly byNationalId: Identifier;
  readonly byPhone: Identifier;
  readonly byEmail: Identifier;
  readonly byPassport: Identifier;
  readonly byAlienId: Identifier;
  /** National id and phone: what most people are known by. */
  readonly identifiers: readonly Identifier[];
}

/** Each process begins elsewhere, so that parallel test files do not meet in a shared Redis or log. */
let next = randomInt(6_000_000);

export function newPerson(): Person {
  const number = next++;
  const nationalId = String(20_000_000 + (number % 70_000_000));
  const phone = `+25471${String(number % 10_000_000).padStart(7, '0')}`;
  const email = `mtu.${number}@example.co.ke`;
  const passport = `AK${String(number).padStart(7, '0')}`;
  const alienId = `7${String(number).padStart(7, '0')}`;
  const byNationalId: Identifier = { type: 'nationalId', value: nationalId };
  const byPhone: Identifier = { type: 'phone', value: phone };
  return {
    name: `Mtu ${number}`,
    nationalId,
    phone,
    email,
    passport,
    alienId,
    byNationalId,
    byPhone,
    byEmail: { type: 'email', value: email },
    byPassport: { type: 'passport', value: passport },
    byAlienId: { type: 'alienId', value: alienId },
    identifiers: [byNationalId, byPhone],
  };
}

export function newPeople(count: number): Person[] {
  return Array.from({ length: count }, newPerson);
}
