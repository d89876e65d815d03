import type { KnownIdentifier } from './known.ts';
import type { PersonKey } from './registration.ts';

/** A person as far as a batch knows them. */
export interface Person {
  readonly id: string;
  readonly isNew: boolean;
  /** Every identifier by its hex; those a batch attaches are among them from its start. */
  readonly keys: Map<string, { readonly strong: boolean; readonly saidBy?: string | null }>;
}

export interface Attachment {
  readonly person: Person;
  readonly identifier: PersonKey;
  /** The petition that alone says so. */
  readonly saidBy: string | null;
}

/** Who a registration is about. */
export interface Resolution {
  readonly people: readonly Person[];
  /** New to a person the register knew before. */
  readonly attached: readonly Attachment[];
  /** Two known people stood behind the identifiers. */
  readonly needsReview: boolean;
}

/**
 * Finds out who registrations are about, in memory and in their order, from what the register knows of their
 * strong identifiers.
 *
 * A strong identifier finds its person. A weak one never joins two records: it is only attached. Two strong
 * ones of two known people: no merge, the exclusion is about both. What is new is attached to the first.
 */
export class People {
  readonly attachments: Attachment[] = [];
  readonly created: Person[] = [];
  /** What a petition alone had said of them, and a registration says as well. */
  readonly confirmed: { readonly person: Person; readonly identifier: PersonKey }[] = [];
  readonly #owners = new Map<string, Person>();
  readonly #newId: () => string;

  constructor(
    known: readonly Pick<KnownIdentifier, 'personId' | 'hex' | 'strong' | 'saidBy'>[],
    newId: () => string,
  ) {
    this.#newId = newId;
    const people = new Map<string, Person>();
    for (const { personId, hex, strong, saidBy } of known) {
      const person = people.get(personId) ?? { id: personId, isNew: false, keys: new Map() };
      people.set(personId, person);
      person.keys.set(hex, { strong, saidBy });
      if (strong) this.#owners.set(hex, person);
    }
  }

  resolve(identifiers: readonly PersonKey[], saidBy: string | null = null): Resolution {
    const owners = new Set<Person>();
    for (const { hex, strong } of identifiers) {
      const owner = strong ? this.#owners.get(hex) : undefined;
      if (owner !== undefined) owners.add(owner);
    }
    const [known] = owners;
    const first = known ?? this.#create();
    const people = known === undefined ? [first] : [...owners];
    const attached: Attachment[] = [];
    for (const identifier of identifiers) {
      const owner = people.find((person) => person.keys.has(identifier.hex));
      if (owner === undefined) attached.push(this.#attach(first, identifier, saidBy));
      else this.#confirm(owner, identifier, saidBy);
    }
    return { people, attached: known === undefined ? [] : attached, needsReview: people.length > 1 };
  }

  #create(): Person {
    const person: Person = { id: this.#newId(), isNew: true, keys: new Map() };
    this.created.push(person);
    return person;
  }

  #confirm(person: Person, identifier: PersonKey, saidBy: string | null): void {
    const before = person.keys.get(identifier.hex)?.saidBy ?? null;
    if (before !== null && before !== saidBy) this.confirmed.push({ person, identifier });
  }

  #attach(person: Person, identifier: PersonKey, saidBy: string | null): Attachment {
    person.keys.set(identifier.hex, { strong: identifier.strong, saidBy });
    if (identifier.strong) this.#owners.set(identifier.hex, person);
    const attachment = { person, identifier, saidBy };
    this.attachments.push(attachment);
    return attachment;
  }
}
