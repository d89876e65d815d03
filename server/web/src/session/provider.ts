const KEPT_AS = 'kinga.provider';

/**
 * Leads to the provider. Its answer is good in this tab only: one that somebody else sends in a link would sign
 * whoever follows it in to that person's account.
 */
export async function goToProvider(): Promise<void> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  sessionStorage.setItem(KEPT_AS, verifier);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  location.assign(`/api/auth/oidc/start?challenge=${base64url(new Uint8Array(digest))}`);
}

/** What this tab kept when it went to the provider; undefined when it did not. */
export function keptVerifier(): string | undefined {
  return sessionStorage.getItem(KEPT_AS) ?? undefined;
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
