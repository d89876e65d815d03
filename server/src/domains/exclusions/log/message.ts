import { z } from 'zod';
import type { LogEntry } from './entry.ts';

/**
 * What travels between nodes after a commit, so that a replica needs no query on the common path. Only an
 * accelerator: whoever misses a message finds the same entries in PostgreSQL, and an entry is applied only if
 * it continues the receiver's seq and hash.
 */
const interval = z.strictObject({ startsAt: z.number().int(), endsAt: z.number().int().nullable() });
const message = z.array(
  z.strictObject({
    seq: z.number().int().positive(),
    kind: z.enum(['registered', 'extended', 'lifted', 'identified']),
    subject: z.string(),
    at: z.number().int(),
    effectiveAt: z.number().int(),
    keys: z.array(
      z.strictObject({ version: z.number().int(), key: z.string().length(32), intervals: z.array(interval) }),
    ),
    hash: z.string().length(64),
  }),
);

/** Named with the epoch: entries of a restored database never reach a node of the one before. */
export function registerChannel(epoch: string): string {
  return `register:${epoch}`;
}

export function encodeMessage(entries: readonly LogEntry[]): string {
  return JSON.stringify(entries);
}

/** Undefined when it is not such a message. */
export function decodeMessage(text: string): LogEntry[] | undefined {
  try {
    const parsed = message.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
