import type { HubError } from '@kinga/client-sdk';
import { type Session, signIn } from './session.ts';
import type { SignInBy } from './sign-in-by.ts';

export interface Factor {
  readonly id: string;
  readonly kind: 'totp' | 'sms' | 'email';
  /** Where its codes go, masked; empty for an authenticator app. */
  readonly hint: string;
}

/** A sign-in whose first half is done. */
export interface Asked {
  readonly challengeId: string;
  readonly factors: readonly Factor[];
}

/** What SECOND_FACTOR_REQUIRED spells out in its details; undefined for any other error. */
export function askedBy(error: HubError | undefined): Asked | undefined {
  if (error?.code !== 'SECOND_FACTOR_REQUIRED') return undefined;
  const said = new Map(error.details.map(({ path, message }) => [path, message]));
  const factors: Factor[] = [];
  for (let index = 0; said.has(`factors[${index}].id`); index += 1) {
    const at = (name: string) => said.get(`factors[${index}].${name}`) ?? '';
    factors.push({ id: at('id'), kind: kindOf(at('kind')), hint: at('hint') });
  }
  return { challengeId: said.get('challengeId') ?? '', factors };
}

function kindOf(text: string): Factor['kind'] {
  return text === 'sms' || text === 'email' ? text : 'totp';
}

/** A second factor is not a failure: it is the next step. */
export async function signInOrAsk(by: SignInBy, password: string): Promise<Session | Asked> {
  try {
    return await signIn(by, password);
  } catch (error) {
    const asked = askedBy(error as Parameters<typeof askedBy>[0]);
    if (asked === undefined) throw error;
    return asked;
  }
}
