import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { beforeId } from '../../../platform/call/cursor.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { canonicalise } from '../../identifiers/index.ts';
import { PAGE_ROWS } from '../page.ts';

type Search = ParsedInputOf<typeof identity.searchAccounts>;

/** The statement that finds the accounts of a page; only what is asked for stands in it, so that indexes serve. */
export function searchOf(
  crypto: Crypto,
  input: Search,
  columns: string,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const add = (value: unknown, condition: (place: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(input.text && `${input.text.replace(/[\\%_]/g, '\\$&')}%`, (place) => `a.email LIKE ${place}`);
  add(
    input.identifier && keyOfIdentifier(crypto, input.identifier),
    (place) => `a.id IN (SELECT account_id FROM account_identifiers WHERE key = ${place})`,
  );
  add(
    input.verified,
    (place) => `EXISTS (SELECT FROM account_identifiers
                         WHERE account_id = a.id AND type = ${place} AND verified_at IS NOT NULL)`,
  );
  add(input.role, (place) => `a.role = ${place}`);
  add(input.suspended, (place) => `(a.suspended_at IS NOT NULL) = ${place}`);
  add(input.createdFrom && instantOf(input.createdFrom), (place) => `a.created_at >= ${place}`);
  add(input.createdTo && endOf(input.createdTo), (place) => `a.created_at < ${place}`);
  add(beforeId('acc', input.cursor) ?? undefined, (place) => `a.id < ${place}`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return {
    text: `SELECT ${columns} FROM accounts a ${where} ORDER BY a.id DESC LIMIT ${PAGE_ROWS}`,
    values,
  };
}

function keyOfIdentifier(crypto: Crypto, identifier: Identifier): Buffer {
  const found = canonicalise(identifier);
  if (!found.ok) throw invalidInput('identifier.value', found.message);
  return crypto.identifierKey(identifier.type, found.canonical);
}

/** A date without a time is 00:00 in Nairobi. */
function instantOf(given: string): Date {
  return new Date(given.includes('T') ? given : `${given}T00:00:00+03:00`);
}

const DAY_MS = 24 * 3_600_000;

/** Behind what was given: "to the 20th" has the 20th in it, and a time as it is shown the account shown with it. */
function endOf(given: string): Date {
  return new Date(instantOf(given).getTime() + (given.includes('T') ? 1 : DAY_MS));
}
