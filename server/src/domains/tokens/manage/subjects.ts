import { conflict } from '@kinga/shared/contract/errors.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import { type IdentifierKey, isStrong, keysOf } from '../../identifiers/index.ts';

/** As many as the register takes in one call, and as often as somebody may change their SIM. */
const KEYS_MAX = 32;

/** Who an issue is about. */
export interface Named {
  readonly keys: readonly IdentifierKey[];
  readonly strong: readonly string[];
  /** Of somebody without a strong identifier: the hash of all their contacts together. */
  readonly contactSet: string | undefined;
}

export interface SubjectKey {
  readonly hex: string;
  readonly strong: boolean;
  /** It says that this is the person. */
  readonly finds: boolean;
}

/** A person as the operator knows them, as far as an issue has come. */
export interface Subject {
  readonly id: string;
  readonly isNew: boolean;
  readonly contactSet: string | undefined;
  /** All keys in hex, in the order in which they are stored. */
  readonly keys: Set<string>;
  readonly added: SubjectKey[];
}

export interface KnownSubject {
  readonly id: string;
  readonly keys: Buffer;
  readonly contactSet: Buffer | null;
}

/** INVALID_INPUT names what is malformed by its path. */
export function nameOf(crypto: Crypto, identifiers: readonly Identifier[], path: string): Named {
  const keys = keysOf(crypto, identifiers, path);
  const strong = keys.filter(({ type }) => isStrong(type)).map(({ key }) => key.toString('hex'));
  if (strong.length > 0) return { keys, strong, contactSet: undefined };
  const contacts = [...new Set(keys.map(({ key }) => key.toString('hex')))].sort().join(',');
  return { keys, strong, contactSet: crypto.digest('bst-contacts', contacts).slice(0, 32) };
}

/**
 * Finds out who issues are about, in memory and in their order. A strong identifier says who it is; who has none
 * is known by exactly the contacts given. A phone number alone never finds a person who has an id.
 */
export class Subjects {
  readonly all = new Set<Subject>();
  /** Two known subjects were named at once: they may be one person. */
  readonly doubles = new Map<Subject, Subject>();
  readonly #byStrong = new Map<string, Subject>();
  readonly #byContacts = new Map<string, Subject>();

  constructor(
    known: readonly KnownSubject[],
    finds: readonly { readonly hex: string; readonly subjectId: string }[],
  ) {
    const byId = new Map<string, Subject>();
    for (const { id, keys, contactSet } of known) {
      const subject: Subject = {
        id,
        isNew: false,
        contactSet: contactSet?.toString('hex'),
        keys: new Set(hexesOf(keys)),
        added: [],
      };
      byId.set(id, subject);
      if (subject.contactSet !== undefined) this.#byContacts.set(subject.contactSet, subject);
    }
    for (const { hex, subjectId } of finds) {
      const subject = byId.get(subjectId);
      if (subject !== undefined) this.#byStrong.set(hex, subject);
    }
  }

  /** The subject, with every identifier given now among its keys. */
  resolve(named: Named, path: string): Subject {
    const subject = named.contactSet === undefined ? this.#person(named) : this.#contacts(named.contactSet);
    const fresh = new Map(named.keys.map((key) => [key.key.toString('hex'), isStrong(key.type)]));
    for (const hex of subject.keys) fresh.delete(hex);
    if (subject.keys.size + fresh.size > KEYS_MAX) {
      const message = `one person has at most ${KEYS_MAX} identifiers`;
      throw conflict(path, message);
    }
    // The strong ones first: a check is recorded under the first, and the person is counted under it.
    for (const [hex, strong] of [...fresh].sort(([, a], [, b]) => Number(b) - Number(a))) {
      const finds = strong && !this.#byStrong.has(hex);
      if (finds) this.#byStrong.set(hex, subject);
      subject.keys.add(hex);
      subject.added.push({ hex, strong, finds });
    }
    this.all.add(subject);
    return subject;
  }

  #person({ strong }: Named): Subject {
    const owners = new Set(strong.flatMap((hex) => this.#byStrong.get(hex) ?? []));
    // The one that was known first.
    const [first, second] = [...owners].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (first !== undefined && second !== undefined) this.doubles.set(first, second);
    return first ?? create(undefined);
  }

  #contacts(contactSet: string): Subject {
    const known = this.#byContacts.get(contactSet) ?? create(contactSet);
    this.#byContacts.set(contactSet, known);
    return known;
  }
}

function create(contactSet: string | undefined): Subject {
  return { id: newId('tks'), isNew: true, contactSet, keys: new Set(), added: [] };
}

function hexesOf(keys: Buffer): string[] {
  return Array.from({ length: keys.length / 16 }, (_, i) => keys.toString('hex', i * 16, i * 16 + 16));
}
