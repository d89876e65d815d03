/** By which somebody signs in: one of the two. */
export type SignInBy = { readonly email: string } | { readonly phone: string };

export type Wrong = 'missing' | 'email' | 'phone';

/** People write either into one field; an @ tells which it is. */
export function byOf(typed: string): SignInBy {
  const text = typed.trim();
  return text.includes('@') ? { email: text } : { phone: text };
}

/** What can be told without asking the hub; what a phone number is, the hub knows better. */
export function wrongWith(typed: string): Wrong | undefined {
  const text = typed.trim();
  if (text === '') return 'missing';
  if (text.includes('@')) return /^\S+@\S+\.\S+$/.test(text) ? undefined : 'email';
  return /^\+?[\d\s().-]{7,20}$/.test(text) ? undefined : 'phone';
}

/** As it was typed, to say where a code went. */
export function textOf(by: SignInBy): string {
  return 'email' in by ? by.email : by.phone;
}
