import type { Evidence } from '@kinga/shared/petitions/contract.ts';

export const EVIDENCE_MAX = 20;
const DESCRIPTION_CHARS_MAX = 200;

/** Only a page that came over a safe connection can do the sum. */
export const canDigest = globalThis.crypto?.subtle !== undefined;

/** The documents stay on this device; their digests say later whether they are the ones that were shown. */
export function evidenceOf(data: FormData): Promise<Evidence[]> {
  const files = data.getAll('evidence').filter((entry) => entry instanceof File && entry.size > 0) as File[];
  return Promise.all(files.slice(0, EVIDENCE_MAX).map(digested));
}

async function digested(file: File): Promise<Evidence> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return {
    sha256: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    mediaType: file.type === '' ? 'application/octet-stream' : file.type,
    sizeBytes: file.size,
    description: file.name.slice(0, DESCRIPTION_CHARS_MAX),
  };
}
