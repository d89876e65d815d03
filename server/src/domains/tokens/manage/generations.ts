import type { IssuedToken, TokenState } from '@kinga/shared/tokens/contract.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import { newId } from '../../../platform/crypto/ids.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { hashOf, newToken } from '../format.ts';

interface LastRow {
  readonly subject_id: string;
  readonly generation: number;
  readonly state: TokenState;
  readonly sealed: Buffer;
  readonly issued_at: Date;
}

/** The tokens of subjects as they are to be handed out. */
export interface Issued {
  readonly bySubject: ReadonlyMap<string, IssuedToken>;
  /** What was made now. */
  readonly created: readonly { readonly tokenId: string; readonly subjectId: string }[];
}

/** The active token of each subject; whoever has none, or none any more, gets the next generation. */
export async function issueActive(
  tx: Tx,
  crypto: Crypto,
  of: { readonly operatorId: string; readonly subjectIds: readonly string[] },
): Promise<Issued> {
  const { rows } = await tx.query<LastRow>(
    `SELECT DISTINCT ON (subject_id) subject_id, generation, state, sealed, issued_at FROM tokens
     WHERE subject_id = ANY($1::text[]) ORDER BY subject_id, generation DESC`,
    [of.subjectIds],
  );
  const last = new Map(rows.map((row) => [row.subject_id, row]));
  const bySubject = new Map<string, IssuedToken>();
  const fresh: NewToken[] = [];
  for (const subjectId of new Set(of.subjectIds)) {
    const known = last.get(subjectId);
    if (known?.state === 'active') bySubject.set(subjectId, issuedOf(crypto, known));
    else
      fresh.push({ id: newId('tkn'), subjectId, text: newToken(), generation: (known?.generation ?? 0) + 1 });
  }
  for (const [token, issuedAt] of await insertTokens(tx, crypto, of.operatorId, fresh)) {
    const { text, subjectId, generation } = token;
    bySubject.set(subjectId, {
      token: text,
      handle: subjectId,
      generation,
      issuedAt: issuedAt.toISOString(),
    });
  }
  return { bySubject, created: fresh.map(({ id, subjectId }) => ({ tokenId: id, subjectId })) };
}

interface NewToken {
  readonly id: string;
  readonly subjectId: string;
  readonly text: string;
  readonly generation: number;
}

async function insertTokens(
  tx: Tx,
  crypto: Crypto,
  operatorId: string,
  fresh: readonly NewToken[],
): Promise<Map<NewToken, Date>> {
  if (fresh.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; issued_at: Date }>(
    `INSERT INTO tokens (id, tenant_id, subject_id, hash, sealed, generation, state)
     SELECT id, $6, subject_id, hash, sealed, generation, 'active'
     FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::int[])
       AS t (id, subject_id, hash, sealed, generation)
     RETURNING id, issued_at`,
    [
      fresh.map(({ id }) => id),
      fresh.map(({ subjectId }) => subjectId),
      fresh.map(({ text }) => Buffer.from(hashOf(crypto, text, 'token'), 'latin1')),
      fresh.map(({ text }) => crypto.seal(text)),
      fresh.map(({ generation }) => generation),
      operatorId,
    ],
  );
  const issuedAt = new Map(rows.map((row) => [row.id, row.issued_at]));
  return new Map(fresh.map((token) => [token, issuedAt.get(token.id) ?? new Date(0)]));
}

function issuedOf(crypto: Crypto, { subject_id, generation, sealed, issued_at }: LastRow): IssuedToken {
  return {
    token: crypto.open(sealed),
    handle: subject_id,
    generation,
    issuedAt: issued_at.toISOString(),
  };
}

/** Those of these subjects that a node may answer by. */
export async function workingTokens(tx: Tx, subjectIds: readonly string[]): Promise<string[]> {
  if (subjectIds.length === 0) return [];
  const { rows } = await tx.query<{ id: string }>(
    `SELECT id FROM tokens WHERE subject_id = ANY($1::text[]) AND state IN ('active', 'rotated')`,
    [subjectIds],
  );
  return rows.map(({ id }) => id);
}
