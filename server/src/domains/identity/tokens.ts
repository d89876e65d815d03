import { createHash, createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import { ROLES } from '@kinga/shared/contract/procedure.ts';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { AccountActor } from '../../platform/call/actor.ts';
import type { Secrets } from '../../platform/crypto/secrets.ts';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
const ISSUER = 'kinga';
const AUDIENCE = 'kinga-hub';

const claims = z.object({
  sub: z.string(),
  exp: z.number(),
  role: z.enum(ROLES),
  sid: z.string(),
  operatorId: z.string().nullable(),
});

export interface AccessTokens {
  sign(subject: Omit<AccountActor, 'kind' | 'expiresAt'>): Promise<{ token: string; expiresAt: Date }>;
  /** Signature, issuer, audience and time; whether the session still stands is asked elsewhere. */
  verify(token: string): Promise<AccountActor>;
  /** What others need to verify them. */
  readonly jwks: { readonly keys: readonly JsonWebKey[] };
}

export function createAccessTokens(secrets: Secrets): AccessTokens {
  const privateKey = createPrivateKey(secrets.signing.value);
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: 'jwk' });
  const kid = `${secrets.signing.version}.${thumbprint(jwk)}`;
  return {
    jwks: { keys: [{ ...jwk, kid, alg: 'EdDSA', use: 'sig' }] },
    async sign(subject) {
      const seconds = Math.floor(Date.now() / 1000) + ACCESS_TOKEN_SECONDS;
      const token = await new SignJWT({
        role: subject.role,
        sid: subject.sessionId,
        operatorId: subject.operatorId,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: 'at+jwt' })
        .setSubject(subject.accountId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(seconds)
        .sign(privateKey);
      return { token, expiresAt: new Date(seconds * 1000) };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          algorithms: ['EdDSA'],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: 'at+jwt',
        });
        return actorOf(claims.parse(payload));
      } catch (error) {
        throw new KingaError('UNAUTHENTICATED', 'The access token is not valid, or no longer', {
          cause: error,
        });
      }
    },
  };
}

function actorOf(payload: z.output<typeof claims>): AccountActor {
  return {
    kind: 'account',
    accountId: payload.sub,
    role: payload.role,
    sessionId: payload.sid,
    operatorId: payload.operatorId,
    expiresAt: payload.exp * 1000,
  };
}

/** RFC 7638. */
function thumbprint({ crv, kty, x }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
}
