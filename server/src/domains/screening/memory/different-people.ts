import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import { Sketch } from './sketch.ts';

/** A name is asked about with a date of birth. */
export type Kind = IdentifierType | 'name';

export interface Part {
  readonly kind: Kind;
  readonly sketch: Sketch;
  /** Registers raised by questions on this node that the other nodes have not been told. */
  untold: number;
}

/**
 * The people one operator asks about within a day. Each kind of identifier is counted by itself and the most of
 * one kind counts: somebody with a document, a phone and an address is one person, and numbers of others beside
 * one's own are as many people as they are.
 */
export class DifferentPeople {
  readonly #parts: Record<Kind, Part | undefined> = nothing();
  /** Something was asked about here since the count was judged last. */
  isChanged = false;
  /** Up to here nothing is to be told of the count. */
  quietUntil = 0;

  add(kind: Kind, hash: string): boolean {
    const part = this.#parts[kind] ?? this.part(kind);
    if (!part.sketch.add(hash)) return false;
    part.untold++;
    this.isChanged = true;
    return true;
  }

  count(): number {
    let most = 0;
    for (const { sketch } of this.parts()) most = Math.max(most, sketch.count());
    return most;
  }

  parts(): Part[] {
    return Object.values(this.#parts).filter((part) => part !== undefined);
  }

  part(kind: Kind): Part {
    this.#parts[kind] ??= { kind, sketch: new Sketch(), untold: 0 };
    return this.#parts[kind];
  }

  /** Another day. */
  forget(): void {
    Object.assign(this.#parts, nothing());
    this.isChanged = false;
    this.quietUntil = 0;
  }
}

function nothing(): Record<Kind, Part | undefined> {
  return {
    nationalId: undefined,
    phone: undefined,
    passport: undefined,
    alienId: undefined,
    email: undefined,
    name: undefined,
  };
}
