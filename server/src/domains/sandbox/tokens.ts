import { KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { EndedToken, IssuedToken, tokens } from '@kinga/shared/tokens/contract.ts';
import type { Call } from '../../platform/call/handler.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import { keysOf } from '../identifiers/index.ts';
import { hashOf, newToken } from '../tokens/index.ts';
import { sandboxKeyOf } from './key.ts';
import { displaced, type SandboxLookups } from './lookups.ts';
import type { SandboxPlatform } from './platform.ts';

interface Row {
  readonly handle: string;
  readonly keys: Buffer[];
  readonly sealed: Buffer;
  readonly issued_at: Date;
  readonly ended_at: Date | null;
}

/** Screening tokens of the sandbox: they look like real ones, and no live key can do anything with them. */
export class SandboxTokens {
  readonly #platform: SandboxPlatform;
  readonly #lookups: SandboxLookups;

  constructor(platform: SandboxPlatform, lookups: SandboxLookups) {
    this.#platform = platform;
    this.#lookups = lookups;
  }

  /** Asked again, the same one. */
  async issue(
    { identifiers }: ParsedInputOf<typeof tokens.issue>,
    call: Call,
    base = 'identifiers',
  ): Promise<IssuedToken> {
    const { crypto, db } = this.#platform;
    const { operatorId } = sandboxKeyOf(call);
    const keys = keysOf(crypto, identifiers, base).map(({ key }) => key);
    const token = newToken();
    const { rows } = await db.transaction(async (tx) => {
      await actForTenant(tx, operatorId);
      return await tx.query<Row>(
        `INSERT INTO sandbox_tokens AS known (hash, tenant_id, handle, keys, sealed)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, (keys[1])) WHERE ended_at IS NULL DO UPDATE SET keys = excluded.keys
         RETURNING handle, keys, sealed, issued_at, ended_at`,
        [this.#hash(token), operatorId, newId('sbt'), keys, crypto.seal(token)],
      );
    });
    const [row] = rows;
    if (row === undefined) throw new Error('INSERT returned no token');
    const { handle, sealed, issued_at } = row;
    return { token: crypto.open(sealed), handle, generation: 1, issuedAt: issued_at.toISOString() };
  }

  async issueMany(
    { items }: ParsedInputOf<typeof tokens.issueMany>,
    call: Call,
  ): Promise<OutputOf<typeof tokens.issueMany>> {
    refuseTwins(items, 'items');
    const results: OutputOf<typeof tokens.issueMany>['results'] = [];
    for (const [index, { ref, ...input }] of items.entries()) {
      const answer = this.issue(input, call, `items[${index}].identifiers`);
      results.push({ ref, ...(await answer.catch(itemError)) });
    }
    return { results: displaced(results) };
  }

  async validate(
    { token, purpose }: ParsedInputOf<typeof tokens.validate>,
    call: Call,
    path = 'token',
  ): Promise<OutputOf<typeof tokens.validate>> {
    const row = await this.#find(this.#hash(token, path), call, path);
    if (row.ended_at !== null) throw new KingaError('TOKEN_REVOKED', 'The token is revoked: issue anew');
    return await this.#lookups.answerKeys(row.keys, purpose, call);
  }

  async validateMany(
    { checks }: ParsedInputOf<typeof tokens.validateMany>,
    call: Call,
  ): Promise<OutputOf<typeof tokens.validateMany>> {
    refuseTwins(checks, 'checks');
    const results: OutputOf<typeof tokens.validateMany>['results'] = [];
    for (const [index, { ref, ...input }] of checks.entries()) {
      const answer = this.validate(input, call, `checks[${index}].token`);
      results.push({ ref, ...(await answer.catch(itemError)) });
    }
    return { results: displaced(results) };
  }

  async revoke({ token }: ParsedInputOf<typeof tokens.revoke>, call: Call): Promise<EndedToken> {
    const { operatorId } = sandboxKeyOf(call);
    const hash = this.#hash(token);
    await this.#find(hash, call, 'token');
    const { rows } = await this.#platform.db.transaction(async (tx) => {
      await actForTenant(tx, operatorId);
      return await tx.query<{ handle: string; ended_at: Date }>(
        `UPDATE sandbox_tokens SET ended_at = coalesce(ended_at, clock_timestamp())
         WHERE hash = $1 AND tenant_id = $2 RETURNING handle, ended_at`,
        [hash, operatorId],
      );
    });
    const [row] = rows;
    if (row === undefined) throw new Error('a token that was there is gone');
    return { handle: row.handle, state: 'revoked', endedAt: row.ended_at.toISOString() };
  }

  async #find(hash: Buffer, call: Call, path: string): Promise<Row> {
    const { operatorId } = sandboxKeyOf(call);
    const { rows } = await this.#platform.db.transaction(async (tx) => {
      await actForTenant(tx, operatorId);
      return await tx.query<Row>(
        'SELECT handle, keys, sealed, issued_at, ended_at FROM sandbox_tokens WHERE hash = $1',
        [hash],
      );
    });
    const [row] = rows;
    if (row === undefined) throw notFound(path, 'There is no such token');
    return row;
  }

  #hash(token: string, path = 'token'): Buffer {
    return Buffer.from(hashOf(this.#platform.crypto, token, path), 'latin1');
  }
}

/** Results are joined by ref, so none may come twice. */
function refuseTwins(items: readonly { readonly ref: string }[], path: string): void {
  const seen = new Set<string>();
  const details = items.flatMap(({ ref }, index) => {
    if (!seen.has(ref)) {
      seen.add(ref);
      return [];
    }
    return [{ path: `${path}[${index}].ref`, message: 'this ref is given twice' }];
  });
  const [first] = details;
  if (first !== undefined) {
    throw new KingaError('INVALID_INPUT', `${first.path}: ${first.message}`, { details });
  }
}

function itemError(error: unknown) {
  if (!(error instanceof KingaError)) throw error;
  const { code, message, details } = error;
  return { error: { code, message, ...(details === undefined ? {} : { details: [...details] }) } };
}
