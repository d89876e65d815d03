import type { z } from 'zod';
import type { Access } from './procedure.ts';

/**
 * - `log`: every event matters; contiguous seq, exactly once and in order on a socket, resumable.
 * - `state`: only the latest matters; every event carries the whole state and its version as seq.
 */
export type TopicKind = 'log' | 'state';

export interface Topic {
  /** `domain/rest`, where a part in angle brackets is a parameter: `markets/<id>`. */
  readonly pattern: string;
  readonly kind: TopicKind;
  readonly summary: string;
  /**
   * Who may watch. `owner`: only the account whose id is the parameter. `member`: only members of the
   * audience that is the parameter.
   */
  readonly access: Access | 'owner' | 'member';
  /** How long events can be resumed from; absent: for ever. State topics keep only the latest. */
  readonly retentionDays?: number;
  /** Event type -> schema of its data. A state topic has the one type `state`. */
  readonly events: Readonly<Record<string, z.ZodType>>;
}

export function topic<const TTopic extends Topic>(declaration: TTopic): TTopic {
  return declaration;
}

/** The parameter of a topic name under a pattern, or undefined when the name does not fit it. */
export function matchTopic(pattern: string, name: string): string | undefined {
  const open = pattern.indexOf('<');
  if (open < 0) return pattern === name ? '' : undefined;
  const prefix = pattern.slice(0, open);
  const parameter = name.slice(prefix.length);
  return name.startsWith(prefix) && parameter.length > 0 && parameter.length <= 200 ? parameter : undefined;
}
