import { invalidInput } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import { actForEveryTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { hashOf } from './format.ts';

/** Who knows a person under which name, and as which of its customers. */
export interface TokenOfKeys {
  readonly tokenId: string;
  readonly operatorId: string;
  /** What the operator was told with the token; it stays the same through rotations. */
  readonly tokenHandle: string;
  readonly tokenSealed: Buffer;
  /** Rises when the operator has to be told anew what it was told of this person. */
  readonly learned: number;
  /** Those of the keys asked for that are this person's here. */
  readonly keys: readonly Buffer[];
  /** Null while the operator has not said which customer it is; several rows for a person with several accounts. */
  readonly customerIdSealed: Buffer | null;
}

interface Row {
  readonly token_id: string;
  readonly tenant_id: string;
  readonly subject_id: string;
  readonly sealed: Buffer;
  readonly learned: number;
  readonly keys: Buffer[];
  readonly customer_sealed: Buffer | null;
}

const COLUMNS = 't.id AS token_id, t.tenant_id, t.subject_id, t.sealed, s.learned, k.keys, c.customer_sealed';
/**
 * What belongs to a token `t`, looked up one by one: an operator's whole customer base comes within seconds, and
 * PostgreSQL, which has counted nothing of it yet, would read the tables from end to end for each row (OFFSET 0
 * keeps it from that).
 */
const SUBJECT =
  'CROSS JOIN LATERAL (SELECT id, learned, keys FROM token_subjects WHERE id = t.subject_id OFFSET 0) AS s';
const CUSTOMERS = `
  LEFT JOIN LATERAL (SELECT id, customer_sealed FROM token_customers
                     WHERE subject_id = t.subject_id OFFSET 0) AS c ON true`;
const WITH_ALL_KEYS = `
  FROM tokens t
  ${SUBJECT}
  CROSS JOIN LATERAL (SELECT array_agg(substring(s.keys FROM at FOR 16)) AS keys
                      FROM generate_series(1, octet_length(s.keys), 16) AS at) AS k
  ${CUSTOMERS}`;

/**
 * Whose tokens these identifier keys concern, over all operators: only those that are active. The rest of the
 * transaction acts for every tenant.
 */
export async function tokensOfKeys(tx: Tx, keys: readonly Buffer[]): Promise<TokenOfKeys[]> {
  if (keys.length === 0) return [];
  await actForEveryTenant(tx);
  const { rows } = await tx.query<Row>(
    `SELECT ${COLUMNS}
     FROM (SELECT subject_id, array_agg(key) AS keys FROM token_keys WHERE key = ANY($1::bytea[])
           GROUP BY subject_id) AS k
     CROSS JOIN LATERAL (SELECT id, tenant_id, subject_id, sealed FROM tokens
                         WHERE subject_id = k.subject_id AND state = 'active' OFFSET 0) AS t
     ${SUBJECT}
     ${CUSTOMERS}
     ORDER BY t.tenant_id, t.subject_id, c.id`,
    [keys],
  );
  return rows.map(tokenOf);
}

/** The active tokens that were issued, or learned a key or a customer, after this change, with all their keys. */
export async function tokensChangedAfter(
  tx: Tx,
  { seq, limit }: { readonly seq: number; readonly limit: number },
): Promise<{ readonly upTo: number; readonly tokens: TokenOfKeys[] }> {
  await actForEveryTenant(tx);
  const changes = await tx.query<{ seq: number; token_id: string }>(
    'SELECT seq::float8 AS seq, token_id FROM token_changes WHERE seq > $1 ORDER BY token_changes.seq LIMIT $2',
    [seq, limit],
  );
  if (changes.rows.length === 0) return { upTo: seq, tokens: [] };
  const { rows } = await tx.query<Row>(
    `SELECT ${COLUMNS} ${WITH_ALL_KEYS}
     WHERE t.id = ANY($1::text[]) AND t.state = 'active' ORDER BY t.tenant_id, t.subject_id, c.id`,
    [[...new Set(changes.rows.map(({ token_id }) => token_id))]],
  );
  return { upTo: changes.rows.at(-1)?.seq ?? seq, tokens: rows.map(tokenOf) };
}

/** The active tokens of people by their handles, over all operators, with all their keys. */
export async function tokensOfHandles(tx: Tx, handles: readonly string[]): Promise<TokenOfKeys[]> {
  if (handles.length === 0) return [];
  await actForEveryTenant(tx);
  const { rows } = await tx.query<Row>(
    `SELECT ${COLUMNS} ${WITH_ALL_KEYS}
     WHERE t.subject_id = ANY($1::text[]) AND t.state = 'active' ORDER BY t.tenant_id, t.subject_id, c.id`,
    [handles],
  );
  return rows.map(tokenOf);
}

/** The handles of an operator's own tokens, ended ones too; INVALID_INPUT names a token that is not its own. */
export async function handlesOfTokens(
  tx: Tx,
  crypto: Crypto,
  { operatorId, tokens }: { readonly operatorId: string; readonly tokens: readonly string[] },
): Promise<string[]> {
  const hashes = tokens.map((token, index) => hashOf(crypto, token, `tokens[${index}]`));
  const { rows } = await tx.query<{ hash: Buffer; subject_id: string }>(
    'SELECT hash, subject_id FROM tokens WHERE tenant_id = $1 AND hash = ANY($2::bytea[])',
    [operatorId, hashes.map((hash) => Buffer.from(hash, 'latin1'))],
  );
  const handles = new Map(rows.map(({ hash, subject_id }) => [hash.toString('latin1'), subject_id]));
  return hashes.map((hash, index) => {
    const handle = handles.get(hash);
    if (handle === undefined) throw invalidInput(`tokens[${index}]`, 'there is no such token');
    return handle;
  });
}

function tokenOf(row: Row): TokenOfKeys {
  return {
    tokenId: row.token_id,
    operatorId: row.tenant_id,
    tokenHandle: row.subject_id,
    tokenSealed: row.sealed,
    learned: row.learned,
    keys: row.keys,
    customerIdSealed: row.customer_sealed,
  };
}
