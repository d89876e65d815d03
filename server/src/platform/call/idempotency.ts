import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Crypto } from '../crypto/crypto.ts';
import type { Tx } from '../db/tx.ts';
import { actorName } from './actor.ts';
import type { Call } from './handler.ts';

/** How long a key is remembered. */
export const IDEMPOTENCY_KEPT = '24 hours';

/** One call's claim on its key: scope = (actor, procedure, key), compared by a keyed hash of the parsed input. */
export interface Claim {
  readonly scope: string;
  readonly inputDigest: string;
}

/** What became of a claim: the effect is this call's to make, or was made before. */
export type ClaimState =
  | { readonly state: 'new' }
  | { readonly state: 'replay'; readonly output: string }
  | { readonly state: 'conflict' };

export function claimOf(crypto: Crypto, call: Call, input: unknown): Claim | undefined {
  if (call.idempotencyKey === undefined) return undefined;
  return {
    scope: crypto.digest(
      'idempotency-scope',
      `${actorName(call.actor)}\0${call.procedure}\0${call.idempotencyKey}`,
    ),
    inputDigest: crypto.digest('idempotency-input', JSON.stringify(input)),
  };
}

/**
 * Claims keys inside the transaction of their effects, in sorted order; a concurrent twin waits here until the
 * other transaction ends. Rolling back gives the keys back, so only successes are kept.
 */
export async function claimAll(
  tx: Tx,
  crypto: Crypto,
  claims: readonly Claim[],
): Promise<Map<string, ClaimState>> {
  const states = new Map<string, ClaimState>();
  const sorted = [...claims].sort((a, b) => (a.scope < b.scope ? -1 : 1));
  const scopes = sorted.map((claim) => claim.scope);
  await tx.query(
    `DELETE FROM idempotency_keys WHERE scope = ANY($1) AND created_at < statement_timestamp() - $2::interval`,
    [scopes, IDEMPOTENCY_KEPT],
  );
  const inserted = await tx.query<{ scope: string }>(
    `INSERT INTO idempotency_keys (scope, input_digest)
     SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT (scope) DO NOTHING RETURNING scope`,
    [scopes, sorted.map((claim) => claim.inputDigest)],
  );
  for (const { scope } of inserted.rows) states.set(scope, { state: 'new' });
  const known = sorted.filter((claim) => !states.has(claim.scope));
  if (known.length === 0) return states;
  const { rows } = await tx.query<{ scope: string; input_digest: string; output: Buffer | null }>(
    `SELECT scope, input_digest, output FROM idempotency_keys WHERE scope = ANY($1)`,
    [known.map((claim) => claim.scope)],
  );
  const stored = new Map(rows.map((row) => [row.scope, row]));
  for (const claim of known) {
    const row = stored.get(claim.scope);
    if (row === undefined || row.output === null)
      throw new KingaError('UNAVAILABLE', 'The same call is still running');
    states.set(
      claim.scope,
      row.input_digest === claim.inputDigest
        ? { state: 'replay', output: crypto.open(row.output) }
        : { state: 'conflict' },
    );
  }
  return states;
}

/** Keeps the answer, sealed, beside the effect. */
export async function storeOutput(tx: Tx, crypto: Crypto, claim: Claim, output: unknown): Promise<void> {
  await storeOutputs(tx, crypto, [{ claim, output }]);
}

/** The same for many at once, in one statement. */
export async function storeOutputs(
  tx: Tx,
  crypto: Crypto,
  outputs: readonly { readonly claim: Claim; readonly output: unknown }[],
): Promise<void> {
  if (outputs.length === 0) return;
  await tx.query(
    `UPDATE idempotency_keys k SET output = o.output
     FROM unnest($1::text[], $2::bytea[]) AS o (scope, output) WHERE k.scope = o.scope`,
    [
      outputs.map(({ claim }) => claim.scope),
      outputs.map(({ output }) => crypto.seal(JSON.stringify(output))),
    ],
  );
}

export function idempotencyConflict(): KingaError {
  return new KingaError('IDEMPOTENCY_CONFLICT', 'This idempotency key was used with another input');
}

/** Runs the effect once per key inside the given transaction; a repetition gets the first answer again. */
export async function idempotent<TOutput>(
  tx: Tx,
  crypto: Crypto,
  options: { call: Call; input: unknown },
  effect: () => Promise<TOutput>,
): Promise<TOutput> {
  const claim = claimOf(crypto, options.call, options.input);
  if (claim === undefined) return effect();
  const state = (await claimAll(tx, crypto, [claim])).get(claim.scope);
  if (state?.state === 'replay') return JSON.parse(state.output) as TOutput;
  if (state?.state === 'conflict') throw idempotencyConflict();
  const output = await effect();
  await storeOutput(tx, crypto, claim, output);
  return output;
}
