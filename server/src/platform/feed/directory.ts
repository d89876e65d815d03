import { KingaError } from '@kinga/shared/contract/errors.ts';
import { matchTopic, OPERATOR_SCOPES, type Topic } from '@kinga/shared/contract/topic.ts';
import { type Actor, mayAccess } from '../call/actor.ts';
import { type Grants, NO_GRANTS } from '../call/grants.ts';
import type { FollowedLog } from './log-topic.ts';
import type { StateSource } from './source.ts';

export type Entry =
  | {
      readonly kind: 'log';
      readonly topic: Topic;
      readonly log: FollowedLog;
      authorize?(actor: Actor, parameter: string): boolean;
    }
  | { readonly kind: 'state'; readonly topic: Topic; readonly source: StateSource };

/** Which topics there are, and who may watch them: deny unless a declaration allows it. */
export class Directory {
  readonly #entries: readonly Entry[];
  readonly #grants: Grants;

  constructor(entries: readonly Entry[], grants: Grants = NO_GRANTS) {
    this.#entries = entries;
    this.#grants = grants;
  }

  /**
   * Throws unless the actor may watch the topic. Where the declaration itself is public knowledge the refusal
   * says so; whether somebody else's wallet, inbox, operator or audience exists is nobody's business, so those refusals
   * are the same as for a topic that does not exist.
   */
  admit(actor: Actor, name: string): Entry {
    if (actor.kind === 'anonymous') throw new KingaError('UNAUTHENTICATED', 'Watching needs credentials');
    for (const entry of this.#entries) {
      const parameter = matchTopic(entry.topic.pattern, name);
      if (parameter === undefined) continue;
      const { access } = entry.topic;
      refuseOtherWorld(actor, entry.topic);
      if (access === 'owner') {
        if (actor.kind === 'account' && actor.accountId === parameter) return entry;
        throw noSuchTopic();
      }
      if (access === 'member') {
        if (entry.kind === 'log' && entry.authorize?.(actor, parameter)) return entry;
        throw noSuchTopic();
      }
      if (access === 'operator') {
        if (isOfOperator(actor, parameter)) return entry;
        throw noSuchTopic();
      }
      if (mayAccess({ name: entry.topic.pattern, access }, actor, this.#grants)) return entry;
      throw new KingaError('FORBIDDEN', 'This topic is not for the caller’s role or scopes');
    }
    throw noSuchTopic();
  }
}

/** A sandbox key sees nothing real, and a live key nothing of the sandbox. */
function refuseOtherWorld(actor: Actor, topic: Topic): void {
  const isSandbox = topic.environment === 'sandbox';
  if (actor.kind !== 'key' || (actor.environment === 'sandbox') === isSandbox) return;
  throw new KingaError(
    'FORBIDDEN',
    isSandbox
      ? 'The sandbox is for sandbox keys'
      : 'A sandbox key watches the sandbox only: operators/<id>/sandbox',
  );
}

/** Its staff, and its machines as far as their keys say so. */
function isOfOperator(actor: Actor, operatorId: string): boolean {
  if (actor.kind === 'anonymous' || actor.operatorId !== operatorId) return false;
  if (actor.kind === 'account') return actor.role === 'operator';
  return OPERATOR_SCOPES.some((scope) => actor.scopes.has(scope));
}

export function noSuchTopic(): KingaError {
  return new KingaError('NOT_FOUND', 'No such topic');
}

/** For whoever replaces a watch: the caller has had its answer, which was that there is none. */
export function nobodyWaits(): KingaError {
  return new KingaError('DEADLINE_EXCEEDED', 'Nobody waits for this watch any more');
}
