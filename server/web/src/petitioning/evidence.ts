import type { Evidence } from '@kinga/shared/petitions/contract.ts';

export const EVIDENCE_MAX = 20;
const DESCRIPTION_CHARS_MAX = 200;
const MEDIA_TYPE_CHARS_MAX = 100;
const BYTES_MAX = 1_000_000_000;

export type Unfit = 'empty' | 'tooLarge' | 'unreadable';

/** Only a page that came over a safe connection can do the sum. */
export const canDigest = globalThis.crypto?.subtle !== undefined;

/** The document stays on this device; its digest says later whether it is the one that was shown. */
export async function digested(file: File): Promise<Evidence | Unfit> {
  if (file.size === 0) return 'empty';
  if (file.size > BYTES_MAX) return 'tooLarge';
  try {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return {
      sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      mediaType: file.type === '' ? 'application/octet-stream' : file.type.slice(0, MEDIA_TYPE_CHARS_MAX),
      sizeBytes: file.size,
      description: file.name.slice(0, DESCRIPTION_CHARS_MAX),
    };
  } catch {
    // It was moved meanwhile, or is more than this device can hold.
    return 'unreadable';
  }
}
