import { type KeyObject, verify } from 'node:crypto';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { NONCE, SIGNATURE_WINDOW_SECONDS, signedText } from '@kinga/shared/contract/signature.ts';
import { z } from 'zod';
import type { RequestProof } from '../../../platform/call/authenticator.ts';
import type { Tx } from '../../../platform/db/tx.ts';

const timestamps = z.iso.datetime({ precision: 3 });

/**
 * Throws UNAUTHENTICATED unless the request was signed with the other half of this key, just now, and for the
 * first time. Time and nonces are the database's: a replay is one on every node.
 */
export async function verifyProof(
  tx: Tx,
  { keyId, publicKey }: { keyId: string; publicKey: KeyObject },
  proof: RequestProof | undefined,
): Promise<void> {
  if (proof === undefined) throw unsigned('This key’s requests must be signed');
  const { timestamp, nonce } = proof;
  if (!timestamps.safeParse(timestamp).success) throw unsigned('The timestamp is not one');
  if (!NONCE.test(nonce)) throw unsigned('The nonce is not 16 to 64 characters of A-Z a-z 0-9 _ -');
  const text = signedText({ ...proof, bodyDigest: proof.bodyDigest() });
  if (!verify(null, Buffer.from(text), publicKey, Buffer.from(proof.signature, 'base64url'))) {
    throw unsigned('The signature does not fit the request');
  }
  await useOnce(tx, keyId, { timestamp, nonce });
}

async function useOnce(
  tx: Tx,
  keyId: string,
  { timestamp, nonce }: { timestamp: string; nonce: string },
): Promise<void> {
  const { rows } = await tx.query<{ is_timely: boolean; is_new: boolean }>(
    `WITH given AS (
       SELECT $3::timestamptz AS at,
              abs(extract(epoch FROM clock_timestamp() - $3::timestamptz)) <= $4 AS is_timely
     ), used AS (
       INSERT INTO key_nonces (key_id, nonce, until)
       SELECT $1, $2, at + make_interval(secs => $4) FROM given WHERE is_timely
       ON CONFLICT DO NOTHING RETURNING 1
     )
     SELECT is_timely, EXISTS (SELECT FROM used) AS is_new FROM given`,
    [keyId, nonce, timestamp, SIGNATURE_WINDOW_SECONDS],
  );
  if (!rows[0]?.is_timely) {
    throw unsigned(`The timestamp is more than ${SIGNATURE_WINDOW_SECONDS} seconds from the hub’s time`);
  }
  if (!rows[0].is_new) throw unsigned('This nonce was used before');
}

function unsigned(message: string): KingaError {
  return new KingaError('UNAUTHENTICATED', message);
}
