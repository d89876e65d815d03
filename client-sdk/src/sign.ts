import { SIGNATURE_HEADERS, SIGNED_HANDSHAKE, signedText } from '@kinga/shared/contract/signature.ts';
import { HubError } from './errors.ts';

/** The Ed25519 signature, 64 bytes, of these bytes: for private keys that never leave their device. */
export type Signer = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<Uint8Array>;
/** A private Ed25519 key as a JWK (RFC 8037), or what signs with one. */
export type SigningKey = JsonWebKey | Signer;

/** What a signed handshake carries beside the API key. */
export interface Proof {
  readonly timestamp: string;
  readonly nonce: string;
  /** base64url */
  readonly signature: string;
}

export async function signHandshake(key: SigningKey): Promise<Proof> {
  return await prove(key, { ...SIGNED_HANDSHAKE, body: '' });
}

/**
 * The headers of a signed HTTP request, for keys that require one:
 *
 *     const path = '/api/v1/exclusions.lookup';
 *     const body = JSON.stringify({ identifiers, purpose: 'bet' });
 *     const headers = { ...(await signedHeaders(privateJwk, { path, body })), 'x-api-key': apiKey };
 *
 * Each call makes headers for one request: a second one with the same is refused as a replay.
 */
export async function signedHeaders(
  key: SigningKey,
  request: { readonly path: string; readonly body: string; readonly method?: string },
): Promise<Record<string, string>> {
  const { timestamp, nonce, signature } = await prove(key, { method: 'POST', ...request });
  return {
    [SIGNATURE_HEADERS.timestamp]: timestamp,
    [SIGNATURE_HEADERS.nonce]: nonce,
    [SIGNATURE_HEADERS.signature]: signature,
  };
}

async function prove(
  key: SigningKey,
  request: { method: string; path: string; body: string },
): Promise<Proof> {
  const { method, path, body } = request;
  const timestamp = new Date().toISOString();
  const nonce = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body));
  const bodyDigest = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const text = signedText({ method, path, timestamp, nonce, bodyDigest });
  const sign = typeof key === 'function' ? key : await signerOf(key);
  return { timestamp, nonce, signature: base64url(await sign(new TextEncoder().encode(text))) };
}

async function signerOf({ kty, crv, x, d }: JsonWebKey): Promise<Signer> {
  try {
    // Only what makes the key: what else its file says may be said differently by every tool.
    const jwk = { kty, crv, x, d } as JsonWebKey;
    const key = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['sign']);
    return async (bytes) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, bytes));
  } catch (cause) {
    throw new HubError('UNAUTHENTICATED', 'This is no private Ed25519 key', { cause });
  }
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
