import { conflict, notFound } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { Account, identity, MadeAccount } from '@kinga/shared/identity/contract.ts';
import type { By } from '../../platform/call/by.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { isUniqueViolation, sqlStateOf } from '../../platform/db/errors.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { type IdentifierKey, keysOf } from '../identifiers/index.ts';

export type NewAccount = Omit<ParsedInputOf<typeof identity.createAccount>, 'password'>;

export interface AccountKey {
  readonly type: IdentifierType;
  /** 16 bytes */
  readonly key: Buffer;
}

export interface AccountRow {
  readonly id: string;
  /** Null: they sign in by phone alone. */
  readonly email: string | null;
  readonly role: Account['role'];
  readonly operator_id: string | null;
  readonly created_at: Date;
}

const FOREIGN_KEY_VIOLATION = '23503';
const COLUMNS = 'id, email, role, operator_id, created_at';

export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    operatorId: row.operator_id,
    createdAt: row.created_at.toISOString(),
  };
}

/** The e-mail address is one of the identifiers; throws INVALID_INPUT naming every malformed one. */
export function identifiersOf(crypto: Crypto, input: NewAccount): IdentifierKey[] {
  const given = input.identifiers ?? [];
  const keys = given.length > 0 ? keysOf(crypto, given, 'identifiers') : [];
  const all = [...keys, ...keysOf(crypto, [{ type: 'email', value: input.email }], 'email')];
  return [...new Map(all.map((key) => [key.key.toString('hex'), key])).values()];
}

export interface AccountToInsert {
  readonly input: NewAccount;
  /** Null: its owner chooses the password. */
  readonly passwordHash: string | null;
  readonly identifiers: readonly IdentifierKey[];
}

export async function insertAccount(
  tx: Tx,
  crypto: Crypto,
  account: AccountToInsert & { by: By },
): Promise<MadeAccount> {
  const { input, by } = account;
  const row = await insertRow(tx, account);
  const keys = account.identifiers;
  await tx.query(
    `INSERT INTO account_identifiers (account_id, key, type, sealed)
     SELECT $1, * FROM unnest($2::bytea[], $3::text[], $4::bytea[])`,
    [row.id, keys.map((k) => k.key), keys.map((k) => k.type), keys.map((k) => crypto.seal(k.canonical))],
  );
  await recordAudit(tx, {
    ...by,
    action: 'account.created',
    subject: row.id,
    details: { role: input.role, identifiers: keys.map((k) => k.type) },
  });
  return { ...accountOf(row), email: input.email };
}

async function insertRow(tx: Tx, { input, passwordHash }: AccountToInsert): Promise<AccountRow> {
  try {
    const { rows } = await tx.query<AccountRow>(
      `INSERT INTO accounts (id, email, role, operator_id, password_hash)
       VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
      [newId('acc'), input.email, input.role, input.operatorId ?? null, passwordHash],
    );
    const [row] = rows;
    if (!row) throw new Error('INSERT returned no account');
    return row;
  } catch (error) {
    if (isUniqueViolation(error)) {
      throw conflict('email', 'There is an account with this e-mail address already', error);
    }
    if (sqlStateOf(error) === FOREIGN_KEY_VIOLATION) {
      throw notFound('operatorId', 'There is no such operator', error);
    }
    throw error;
  }
}

export async function findAccount(tx: Tx, accountId: string): Promise<AccountRow | undefined> {
  const { rows } = await tx.query<AccountRow>(`SELECT ${COLUMNS} FROM accounts WHERE id = $1`, [accountId]);
  return rows[0];
}

export async function findByEmail(
  tx: Tx,
  email: string,
): Promise<(AccountRow & { password_hash: string | null }) | undefined> {
  const { rows } = await tx.query<AccountRow & { password_hash: string | null }>(
    `SELECT ${COLUMNS}, password_hash FROM accounts WHERE email = $1`,
    [email],
  );
  return rows[0];
}

/** The account that signs in with this phone or e-mail address. */
export async function findBySignIn(
  tx: Tx,
  contact: { readonly type: 'phone' | 'email'; readonly canonical: string; readonly key: Buffer },
): Promise<(AccountRow & { password_hash: string | null }) | undefined> {
  if (contact.type === 'email') return await findByEmail(tx, contact.canonical);
  const { rows } = await tx.query<AccountRow & { password_hash: string | null }>(
    `SELECT ${COLUMNS}, password_hash FROM accounts WHERE phone_key = $1`,
    [contact.key],
  );
  return rows[0];
}

/**
 * Holds the account to the end of the transaction. Undefined: its password is another one by now, so whoever proved
 * to know this one has proved nothing. `passwordHash` undefined: it was not by a password that they came.
 */
export async function findStanding(
  tx: Tx,
  { accountId, passwordHash }: { accountId: string; passwordHash: string | undefined },
): Promise<AccountRow | undefined> {
  const { rows } = await tx.query<AccountRow>(
    `SELECT ${COLUMNS} FROM accounts WHERE id = $1 AND ($2::text IS NULL OR password_hash = $2) FOR SHARE`,
    [accountId, passwordHash ?? null],
  );
  return rows[0];
}

/**
 * Holds an account against every other change of it. Whoever changes more than one thing that belongs to it (devices,
 * factors, codes, sessions) takes this first, so that two of them wait for each other in one order only.
 */
export async function holdAccount(tx: Tx, accountId: string): Promise<void> {
  await tx.query('SELECT FROM accounts WHERE id = $1 FOR NO KEY UPDATE', [accountId]);
}

export async function administratorExists(tx: Tx): Promise<boolean> {
  const { rows } = await tx.query(`SELECT 1 FROM accounts WHERE role = 'admin' LIMIT 1`);
  return rows.length > 0;
}

/** What an account is known by. */
export async function accountKeys(tx: Tx, accountId: string): Promise<AccountKey[]> {
  const { rows } = await tx.query<AccountKey>(
    'SELECT type, key FROM account_identifiers WHERE account_id = $1 ORDER BY key',
    [accountId],
  );
  return rows;
}

/** The accounts known by any of these keys. */
export async function accountsOfKeys(tx: Tx, keys: readonly Buffer[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const { rows } = await tx.query<{ account_id: string }>(
    'SELECT DISTINCT account_id FROM account_identifiers WHERE key = ANY($1::bytea[]) ORDER BY account_id',
    [keys],
  );
  return rows.map((row) => row.account_id);
}
