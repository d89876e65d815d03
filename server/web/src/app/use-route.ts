import { useSyncExternalStore } from 'react';

function listen(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

/** What the address names after the `#`, in parts: the page, and what of it. */
export function useRoute(): readonly string[] {
  const hash = useSyncExternalStore(listen, () => location.hash.slice(1));
  return hash.split('/').map(decoded);
}

/** Somebody may have typed the address: what is no encoding stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function hrefOf(...parts: readonly string[]): string {
  return `#${parts.map(encodeURIComponent).join('/')}`;
}

/** To another place of the page, as a link would. */
export function goTo(...parts: readonly string[]): void {
  location.hash = hrefOf(...parts);
}
