import { hash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Claims } from './provider.ts';

const GOOD_S = 60;
/** Long enough to sign in with a password, and a second factor. */
const GOOD_FOR_LINK_S = 600;

const sealedClaims = z.object({
  issuer: z.string(),
  subject: z.string(),
  email: z.string().optional(),
  challenge: z.string(),
});

/** What a page brings to be let in: the code in its address, and what it kept since it began. */
export interface Arrival {
  readonly code: string;
  readonly verifier: string;
}

/** A one-time code while it is being used: its row is held to the end of the transaction. */
export interface Held {
  readonly digest: string;
  readonly claims: z.output<typeof sealedClaims>;
  readonly linkOnly: boolean;
  readonly createdAt: Date;
}

/** What stands between the provider's answer and a session: a code for the page that began it. */
export class OidcCodes {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async isLinked({ issuer, subject }: Claims): Promise<boolean> {
    const { db } = this.#platform;
    return (await linkedAccount(db, { issuer, subject })) !== undefined;
  }

  /** @param challenge of the page that began; only its verifier makes the code good */
  async issue(claims: Claims, challenge: string): Promise<string> {
    const { db, crypto } = this.#platform;
    const code = `ko_${randomBytes(32).toString('base64url')}`;
    await db.query('DELETE FROM oidc_codes WHERE expires_at < statement_timestamp()');
    await db.query(
      `INSERT INTO oidc_codes (digest, claims, expires_at)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))`,
      [this.#digestOf(code), crypto.seal(JSON.stringify({ ...claims, challenge })), GOOD_S],
    );
    return code;
  }

  /** Undefined: there is none, it was used, it is too old, or another page began. */
  async hold(tx: Tx, { code, verifier }: Arrival): Promise<Held | undefined> {
    const digest = this.#digestOf(code);
    const { rows } = await tx.query<{ claims: Buffer; link_only: boolean; created_at: Date }>(
      `SELECT claims, link_only, created_at FROM oidc_codes
       WHERE digest = $1 AND expires_at > clock_timestamp() FOR UPDATE`,
      [digest],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const claims = sealedClaims.parse(JSON.parse(this.#platform.crypto.open(row.claims)));
    if (hash('sha256', verifier, 'base64url') !== claims.challenge) return undefined;
    return { digest, claims, linkOnly: row.link_only, createdAt: row.created_at };
  }

  async use(tx: Tx, { digest }: Held): Promise<void> {
    await tx.query('DELETE FROM oidc_codes WHERE digest = $1', [digest]);
  }

  /** It opens no session any more, and may join two accounts for a while. */
  async keepForLink(code: string): Promise<void> {
    await this.#platform.db.query(
      `UPDATE oidc_codes SET link_only = true, expires_at = clock_timestamp() + make_interval(secs => $2)
       WHERE digest = $1 AND NOT link_only`,
      [this.#digestOf(code), GOOD_FOR_LINK_S],
    );
  }

  #digestOf(code: string): string {
    return this.#platform.crypto.digest('oidc-code', code);
  }
}

export async function linkedAccount(
  tx: Tx,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<string | undefined> {
  const { rows } = await tx.query<{ account_id: string }>(
    'SELECT account_id FROM oidc_links WHERE issuer = $1 AND subject = $2',
    [issuer, subject],
  );
  return rows[0]?.account_id;
}
