import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { invalidInput } from '@kinga/shared/contract/errors.ts';

/** The field and the curve (RFC 8032, 5.1): -x² + y² = 1 + d·x²·y². */
const P = 2n ** 255n - 19n;
const D = mod(-121665n * inverse(121666n));

/**
 * INVALID_INPUT naming the field when nobody could sign for this key, or anybody: an import takes any 32 bytes, also
 * those that are no point of the curve, and those of a point of small order, for which a signature can be made up.
 */
export function refuseUnusable(path: string, jwk: JsonWebKey): void {
  const bytes = Buffer.from(jwk.x ?? '', 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== jwk.x) {
    throw invalidInput(`${path}.x`, 'not 32 bytes as base64url');
  }
  if (!isImportable(jwk) || !isUsablePoint(bytes)) {
    throw invalidInput(`${path}.x`, 'not the public half of an Ed25519 pair');
  }
}

function isImportable(jwk: JsonWebKey): boolean {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' }).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

function isUsablePoint(bytes: Buffer): boolean {
  const encoded = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  const y = encoded & (2n ** 255n - 1n);
  if (y >= P) return false;
  if (!isSquare(squareOfX(y))) return false;
  // Eight times a point of small order is the neutral element (0, 1), and of no other.
  return doubled(doubled(doubled(y))) !== 1n;
}

function squareOfX(y: bigint): bigint {
  return mod((y * y - 1n) * inverse(D * y * y + 1n));
}

/** The y of twice the point: of x only its square is needed. */
function doubled(y: bigint): bigint {
  const xx = squareOfX(y);
  const yy = mod(y * y);
  return mod((yy + xx) * inverse(1n - D * xx * yy));
}

function isSquare(value: bigint): boolean {
  return value === 0n || power(value, (P - 1n) / 2n) === 1n;
}

function inverse(value: bigint): bigint {
  return power(mod(value), P - 2n);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = mod(square * square)) {
    if (rest & 1n) result = mod(result * square);
  }
  return result;
}

function mod(value: bigint): bigint {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}
