/**
 * Signed requests. A key may require that every HTTP request, and every socket's handshake, carries an Ed25519
 * signature over this text, its parts joined by line feeds:
 *
 *     KINGA-ED25519-1
 *     <method>       POST, or CONNECT for a handshake
 *     <path>         /api/v1/exclusions.lookup, with its query if there is one; /socket.io for a handshake
 *     <timestamp>    ISO 8601 UTC with milliseconds, within 30 seconds of the hub's time
 *     <nonce>        16 to 64 characters of A-Z a-z 0-9 _ -, never used before by this key
 *     <body digest>  SHA-256 of the body as it is sent, in lower-case hexadecimal; of nothing for a handshake
 *
 * Over HTTP the three values travel in the headers below, the signature as base64url; on a socket as
 * `auth: { apiKey, timestamp, nonce, signature }`.
 */
export interface SignedParts {
  readonly method: string;
  readonly path: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly bodyDigest: string;
}

export const SIGNATURE_HEADERS = {
  timestamp: 'x-kinga-timestamp',
  nonce: 'x-kinga-nonce',
  signature: 'x-kinga-signature',
} as const;

export const SIGNED_HANDSHAKE = { method: 'CONNECT', path: '/socket.io' } as const;

/** How far the timestamp may be from the hub's time, either way. */
export const SIGNATURE_WINDOW_SECONDS = 30;
export const NONCE = /^[A-Za-z0-9_-]{16,64}$/;

export function signedText({ method, path, timestamp, nonce, bodyDigest }: SignedParts): string {
  return ['KINGA-ED25519-1', method, path, timestamp, nonce, bodyDigest].join('\n');
}
