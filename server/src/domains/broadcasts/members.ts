import { type Actor, actorName } from '../../platform/call/actor.ts';

/** The audiences somebody belongs to; operators' machines count as operators. */
export function audiencesOf(actor: Actor): string[] {
  if (actor.kind === 'anonymous') return [];
  if (actor.kind === 'key') return ['all', 'role:operator', `operator:${actor.operatorId}`];
  const audiences = ['all', `role:${actor.role}`];
  if (actor.role === 'operator' && actor.operatorId !== null) audiences.push(`operator:${actor.operatorId}`);
  return audiences;
}

export function isMember(actor: Actor, audience: string): boolean {
  return audiencesOf(actor).includes(audience);
}

/** Under which name somebody's deliveries are counted. */
export const memberOf = actorName;
