import type { ChangeType } from '@kinga/shared/operators/propagation.ts';
import type { Change } from '@kinga/shared/propagation/contract.ts';
import { HubError } from './errors.ts';

/** What a webhook is posted. */
export interface WebhookDelivery {
  /** Of this delivery, as in `X-Kinga-Delivery`. */
  readonly id: string;
  readonly operatorId: string;
  /** Absent on a test. */
  readonly topic?: string;
  readonly epoch?: string;
  readonly test?: true;
  /** In order. At least once: the same may come again. */
  readonly events: readonly {
    readonly seq: number;
    readonly at: string;
    readonly type: ChangeType;
    readonly data: Change;
  }[];
}

type HeadersGiven = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

const SIGNATURE = 'x-kinga-signature';
const TOLERANCE_SECONDS = 300;

/**
 * Whether a delivery comes from the hub, and not again from somebody who overheard it: throws a HubError
 * (`UNAUTHENTICATED`) unless one of its signatures is the secret's and its time is within the tolerance. Give it the
 * body exactly as it came, and answer 2xx once the events are applied.
 */
export async function verifyWebhook(
  secret: string,
  headers: HeadersGiven,
  body: string | Uint8Array,
  options: { readonly toleranceSeconds?: number; readonly now?: Date } = {},
): Promise<WebhookDelivery> {
  const { toleranceSeconds = TOLERANCE_SECONDS, now = new Date() } = options;
  const { time, signatures } = parse(headerOf(headers, SIGNATURE));
  if (!(Math.abs(now.getTime() / 1000 - time) <= toleranceSeconds)) {
    throw refused(`Its time is not within ${toleranceSeconds} s`);
  }
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['verify']);
  const signed = encoder.encode(`${time}.${text}`);
  // Compared by WebCrypto, which takes as long for a wrong one as for a right one.
  const matches = await Promise.all(
    signatures.map((signature) => crypto.subtle.verify('HMAC', key, signature, signed)),
  );
  if (!matches.includes(true)) throw refused('No signature is of this secret and this body');
  return JSON.parse(text) as WebhookDelivery;
}

/** `t=<unix>,v1=<hex>[,v1=<hex>]`: two while a secret is being replaced. */
function parse(header: string): { time: number; signatures: Uint8Array<ArrayBuffer>[] } {
  const parts = header.split(',').map((part) => part.trim());
  const time = parts.find((part) => /^t=\d{1,15}$/.test(part));
  const hexes = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part)).map((part) => part.slice(3));
  if (time === undefined || hexes.length === 0) throw refused('It has no signature');
  return { time: Number(time.slice(2)), signatures: hexes.map(bytesOf) };
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function headerOf(headers: HeadersGiven, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? '';
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return (typeof found === 'string' ? found : found?.[0]) ?? '';
}

function refused(why: string): HubError {
  return new HubError('UNAUTHENTICATED', `Not a delivery of the hub: ${why}`);
}
