const DOTLESS = /^(?:gmail|googlemail)\.com$/;

/**
 * The mailbox behind an address in canonical form: what follows a plus goes to the same one, and for Gmail dots
 * make no difference. One item, or none when it is no address.
 */
export function mailboxOf(address: string): string[] {
  const at = address.lastIndexOf('@');
  if (at < 1) return [];
  const domain = address.slice(at + 1);
  const [local = ''] = address.slice(0, at).split('+', 1);
  if (local === '') return [];
  return [DOTLESS.test(domain) ? `${local.replaceAll('.', '')}@gmail.com` : `${local}@${domain}`];
}
