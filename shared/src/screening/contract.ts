import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { procedure } from '../contract/procedure.ts';
import { KEY_MODES } from '../operators/keys.ts';

const count = z.number().int().nonnegative();

const counts = z.object({
  /** People asked about: each item of a batch, and each wish for a token. */
  questions: count,
  /** Numbers that stood close to others the operator had just asked about. */
  followed: count,
  /**
   * Questions about a person who had been asked about as often as the policy allows within an hour, or by a name
   * with one more date of birth than it allows.
   */
  overLimit: count,
  /** Calls and items that were refused for one of these, or because the key is blocked. */
  refused: count,
});

const block = z.object({
  id: fields.id,
  keyId: fields.id,
  since: fields.instant,
  until: fields.instant,
  /** When staff ended it before its time. */
  liftedAt: fields.instant.nullable(),
});
export type Block = z.output<typeof block>;

/** Keys that asked within a day, and blocks, as many as are told at once. */
export const ACTIVE_KEYS_MAX = 100;
export const BLOCKS_MAX = 100;

const staff = { access: { roles: ['admin', 'regulator'] }, limit: 'staff' } as const;

export const screening = {
  activity: procedure('screening.activity', {
    summary:
      'How the keys of an operator ask: what looked like an oracle within the last hour and day, known to a few seconds, and what was blocked',
    ...staff,
    input: z.strictObject({ operatorId: fields.id }),
    output: z.object({
      operatorId: fields.id,
      asOf: fields.instant,
      /** The busiest of the day first. */
      keys: z
        .array(
          z.object({
            keyId: fields.id,
            mode: z.enum(KEY_MODES),
            /** Of the block in force. */
            blockedUntil: fields.instant.nullable(),
            lastHour: counts,
            lastDay: counts,
          }),
        )
        .max(ACTIVE_KEYS_MAX),
      /** The newest first. */
      blocks: z.array(block).max(BLOCKS_MAX),
    }),
  }),
  unblock: procedure('screening.unblock', {
    summary: 'Ends the block of a key, on every node within a second. Repeating it changes nothing',
    access: { roles: ['admin'] },
    limit: 'staff',
    input: z.strictObject({ keyId: fields.id }),
    output: z.object({ keyId: fields.id, wasBlocked: z.boolean() }),
  }),
};
