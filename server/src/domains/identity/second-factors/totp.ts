import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Kinga';
const STEP_MS = 30_000;
/** One step before and one after: a telephone's clock is never quite right. */
const WINDOW = 1;

/** RFC 6238 with what every authenticator app understands: SHA-1, six digits, thirty seconds. */
export function newTotp(label: string): { secret: string; url: string } {
  const totp = new TOTP({ issuer: ISSUER, label, secret: new Secret({ size: 20 }) });
  return { secret: totp.secret.base32, url: totp.toString() };
}

/** Which time step a code belongs to; undefined when it belongs to none near. */
export function stepOf(secret: string, code: string, nowMs: number): number | undefined {
  const delta = TOTP.validate({
    token: code,
    secret: Secret.fromBase32(secret),
    timestamp: nowMs,
    window: WINDOW,
  });
  return delta === null ? undefined : Math.floor(nowMs / STEP_MS) + delta;
}
