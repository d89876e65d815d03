import type { RegisterSeam } from '@kinga/server/domains/identity/index.ts';
import type { AccountActor } from '@kinga/server/platform/call/actor.ts';
import { callBy } from '../support/call.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { type IdentityNode, PASSWORD } from './support.ts';

export type By = { readonly email: string } | { readonly phone: string };

export function handlersOf(node: IdentityNode) {
  return node.identity.domain.handlers;
}

export function register(
  node: IdentityNode,
  by: By,
  more: { password?: string; locale?: 'en' | 'sw'; as?: 'person' | 'operator' } = {},
) {
  const input = { password: PASSWORD, locale: 'en' as const, ...by, ...more };
  return handlersOf(node).register(input, callBy());
}

/** A citizen who has registered, proved where they can be reached, and signed in. */
export async function newCitizen(node: IdentityNode, by: By = { email: newPerson().email }) {
  const { challengeId } = await register(node, by);
  const to = 'email' in by ? by.email : by.phone;
  const code = await codeSentTo(node.platform, to);
  const { accountId } = await handlersOf(node).verifyContact({ challengeId, code }, callBy());
  const session = await signInBy(node, by);
  const actor: AccountActor = await node.identity.authenticateToken(session.accessToken);
  return { accountId, actor, session, by, to };
}

export async function signInBy(node: IdentityNode, by: By, password = PASSWORD) {
  return await handlersOf(node).login({ ...by, password }, callBy());
}

/** Proves a contact for the given purpose, through the code that is sent to it. */
export async function codeFor(
  node: IdentityNode,
  actor: AccountActor,
  request: { purpose: 'contact' | 'identifier' | 'factor'; type: 'phone' | 'email'; value: string },
) {
  const { purpose, type, value } = request;
  const { challengeId } = await handlersOf(node).requestCode(
    { purpose, contact: { type, value } },
    callBy(actor),
  );
  return { challengeId, code: await codeSentTo(node.platform, value) };
}

/** Stands in for the register: remembers what it was told, in the transaction and after it. */
export function listeningRegister(answers: { excluded?: boolean } = {}) {
  const heard: { known: string[]; added: string[] }[] = [];
  let told = 0;
  const register: RegisterSeam = {
    async identityChanged(_tx, { accountKeys, added }) {
      heard.push({ known: accountKeys.map(({ type }) => type), added: added.map(({ type }) => type) });
      return {
        excluded: answers.excluded ?? false,
        told: async () => {
          told++;
        },
      };
    },
    recordsOf: async () => [],
    isExcluded: async () => false,
  };
  return { heard, told: () => told, register };
}
