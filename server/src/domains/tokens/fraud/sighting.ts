import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { IdentifierKey } from '../../identifiers/index.ts';
import type { Mapped } from '../manage/customers.ts';
import type { Subject } from '../manage/subjects.ts';
import { RULES } from './rules.ts';

/** What one transaction of an operator did, as the rules look at it. */
export interface Sighting {
  readonly operatorId: string;
  readonly isBulk: boolean;
  readonly people: readonly {
    readonly subject: Subject;
    readonly keys: readonly IdentifierKey[];
  }[];
  readonly mapped: readonly Mapped[];
  readonly doubles: ReadonlyMap<Subject, Subject>;
}

export function isBulk(items: number): boolean {
  return items >= RULES.bulkItems;
}

/** Names a contact in an alert: the same one is the same alert, and nobody learns the number from it. */
export function contactName(crypto: Crypto, hex: string): string {
  return `ct_${crypto.digest('alert-contact', hex).slice(0, 20)}`;
}
