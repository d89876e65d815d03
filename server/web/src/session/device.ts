const KEPT_AS = 'kinga.device';
const ID_BYTES = 18;

/** This browser, as the owner of an account will know it again in the list of their devices. */
export function thisDevice(): { id: string; name: string } {
  return { id: keptId(), name: nameOf(navigator.userAgent) };
}

/** Made at random once; whoever clears the browser's data is on a new device. */
function keptId(): string {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept !== null && /^[\w-]{22,64}$/.test(kept)) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  const id = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  localStorage.setItem(KEPT_AS, id);
  return id;
}

/** `Firefox, Android`: what people call it, not what tells it from others. */
function nameOf(userAgent: string): string {
  const named = (names: readonly string[]) => names.find((name) => userAgent.includes(name));
  const browser = named(['Firefox', 'Edg', 'OPR', 'Chrome', 'Safari']);
  const system = named(['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux']);
  return [browser, system].filter(Boolean).join(', ') || 'Browser';
}
