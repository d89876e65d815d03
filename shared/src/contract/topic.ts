import type { z } from 'zod';
import type { Access, Scope } from './procedure.ts';

/**
 * - `log`: every event matters; contiguous seq, exactly once and in order on a socket, resumable.
 * - `state`: only the latest matters; every event carries the whole state and its version as seq.
 */
export type TopicKind = 'log' | 'state';

/** What a key needs to watch what is its operator's own. */
export const OPERATOR_SCOPES = ['exclusions:watch', 'operator:self'] as const satisfies readonly Scope[];

/** Whoever the parameter of the topic's name stands for. */
export type NamedAccess = 'owner' | 'member' | 'operator';
export type TopicAccess = Access | NamedAccess;

export function isNamedAccess(access: TopicAccess): access is NamedAccess {
  return access === 'owner' || access === 'member' || access === 'operator';
}

export interface Topic {
  /** `domain/rest`, where one part in angle brackets is a parameter: `markets/<id>`, `operators/<id>/changes`. */
  readonly pattern: string;
  readonly kind: TopicKind;
  readonly summary: string;
  /**
   * Who may watch. `owner`: only the account whose id is the parameter. `member`: only members of the
   * audience that is the parameter. `operator`: staff of the operator whose id is the parameter, and those of its
   * keys that have one of OPERATOR_SCOPES.
   */
  readonly access: TopicAccess;
  /** Of the sandbox: for its keys, which may watch nothing else, and not for live ones. */
  readonly environment?: 'sandbox';
  /** How long events can be resumed from; absent: for ever. State topics keep only the latest. */
  readonly retentionDays?: number;
  /** Event type -> schema of its data. A state topic has the one type `state`. */
  readonly events: Readonly<Record<string, z.ZodType>>;
}

export function topic<const TTopic extends Topic>(declaration: TTopic): TTopic {
  return declaration;
}

/** What stands before and after the parameter of a pattern; without one the whole pattern stands before. */
export function partsOf(pattern: string): { readonly prefix: string; readonly suffix: string } {
  const open = pattern.indexOf('<');
  if (open < 0) return { prefix: pattern, suffix: '' };
  return { prefix: pattern.slice(0, open), suffix: pattern.slice(pattern.indexOf('>', open) + 1) };
}

/** The parameter of a topic name under a pattern, or undefined when the name does not fit it. */
export function matchTopic(pattern: string, name: string): string | undefined {
  if (!pattern.includes('<')) return pattern === name ? '' : undefined;
  const { prefix, suffix } = partsOf(pattern);
  if (!name.startsWith(prefix) || !name.endsWith(suffix)) return undefined;
  const parameter = name.slice(prefix.length, name.length - suffix.length);
  if (parameter.length === 0 || parameter.length > 200) return undefined;
  return suffix !== '' && parameter.includes('/') ? undefined : parameter;
}

/** The name of a topic whose parameter has this value. */
export function topicName(pattern: string, parameter: string): string {
  const { prefix, suffix } = partsOf(pattern);
  return `${prefix}${parameter}${suffix}`;
}
