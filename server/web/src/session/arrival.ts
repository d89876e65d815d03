import { HubError } from '@kinga/client-sdk';
import { keptVerifier } from './provider.ts';
import { type Asked, askedBy } from './second-factor.ts';
import { restore, type Session, signInByProvider } from './session.ts';

/** Why somebody stands at the door although they were, or wanted to be, inside. */
export type Reason =
  | { readonly why: 'ended' }
  /** The provider's account is right; a second factor is still to come. */
  | { readonly why: 'factor'; readonly asked: Asked }
  /** There is an account with the provider's address: its owner signs in, then the two are joined. */
  | { readonly why: 'link'; readonly answer: ProviderAnswer }
  | { readonly why: 'provider'; readonly refusal: ProviderRefusal };

/** What a provider's sign-in left in the address, with what this tab kept when it began it. */
export interface ProviderAnswer {
  readonly code: string;
  readonly verifier: string;
}

export type ProviderRefusal = 'EXPIRED' | 'REFUSED' | 'EMAIL_UNVERIFIED' | 'UNAVAILABLE';

export type Arrival = { readonly session: Session } | { readonly reason: Reason | undefined };

let arriving: Promise<Arrival> | undefined;

/** Once for each load of the page: back from a provider, back after a reload, or for the first time. */
export function arrive(): Promise<Arrival> {
  arriving ??= answerInAddress() ?? restored();
  return arriving;
}

async function restored(): Promise<Arrival> {
  const session = await restore();
  return session === undefined ? { reason: undefined } : { session };
}

/** What a provider's sign-in left behind the # is read once and does not stay in the address. */
function answerInAddress(): Promise<Arrival> | undefined {
  const answer = new URLSearchParams(location.hash.slice(1));
  const code = answer.get('oidc');
  const refusal = answer.get('oidcError');
  if (code === null && refusal === null) return undefined;
  history.replaceState(null, '', location.pathname);
  const verifier = keptVerifier();
  if (code !== null && verifier !== undefined) return exchanged({ code, verifier });
  if (code !== null) return Promise.resolve(refused('EXPIRED'));
  return Promise.resolve(refused(refusalOf(refusal)));
}

async function exchanged(answer: ProviderAnswer): Promise<Arrival> {
  try {
    return { session: await signInByProvider(answer) };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const asked = askedBy(error);
    if (asked !== undefined) return { reason: { why: 'factor', asked } };
    if (error.code === 'LINK_REQUIRED') return { reason: { why: 'link', answer } };
    return refused(error.retry ? 'UNAVAILABLE' : 'EXPIRED');
  }
}

function refused(refusal: ProviderRefusal): Arrival {
  return { reason: { why: 'provider', refusal } };
}

function refusalOf(text: string | null): ProviderRefusal {
  const known: readonly ProviderRefusal[] = ['EXPIRED', 'EMAIL_UNVERIFIED', 'UNAVAILABLE'];
  return known.find((refusal) => refusal === text) ?? 'REFUSED';
}
