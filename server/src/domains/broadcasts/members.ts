import { type Actor, actorName } from '../../platform/call/actor.ts';

/** The audiences somebody belongs to; operators' machines count as operators. */
export function audiencesOf(actor: Actor): string[] {
  if (actor.kind === 'anonymous') return [];
  if (actor.kind === 'key') return ['all', 'role:operator', `operator:${actor.operatorId}`];
  if (actor.role !== 'operator') return ['all', `role:${actor.role}`];
  // Anybody can make an account that applies for an operator: it is none yet.
  return actor.operatorId === null ? ['all'] : ['all', 'role:operator', `operator:${actor.operatorId}`];
}

export function isMember(actor: Actor, audience: string): boolean {
  return audiencesOf(actor).includes(audience);
}

/** Under which name somebody's deliveries are counted. */
export const memberOf = actorName;
