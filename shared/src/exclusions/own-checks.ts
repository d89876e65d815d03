import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { PERSONAL_ROLES, procedure } from '../contract/procedure.ts';
import { ANSWERS, PURPOSES } from './exclusion.ts';

/** How far back somebody may look. */
export const OWN_CHECKS_DAYS = 90;

const ownCheck = z.object({
  /** What the operator was given as proof that it asked. */
  checkId: fields.id,
  at: fields.instant,
  /** null: the key it asked with is of no operator any more. */
  operatorName: z.string().nullable(),
  purpose: z.enum(PURPOSES),
  answer: z.enum(ANSWERS),
});
export type OwnCheck = z.output<typeof ownCheck>;

export const ownChecks = {
  checksOfMe: procedure('exclusions.checksOfMe', {
    summary:
      'Which operators asked about the caller, what for and what they were answered, the newest first, of the last 90 days: under the documents the caller has proved, and under a proved phone or e-mail address from the day it was proved. A page may hold fewer items than there are, or none, while nextCursor says that there is more to look through',
    access: { roles: PERSONAL_ROLES },
    limit: 'staff',
    input: fields.listInput,
    output: z.object({
      ...fields.page(ownCheck).shape,
      /** Everything from here on has been looked through. */
      searchedBackTo: fields.instant,
    }),
  }),
};
