import { z } from 'zod';
import * as fields from '../contract/fields.ts';
import { ROLES } from '../contract/procedure.ts';

export const email = z.string().trim().toLowerCase().pipe(z.email().max(254));
/** Not one that everybody tries first, nor anything the account is known by: the hub refuses those by its field. */
export const password = z.string().min(10).max(200);

export const account = z.object({
  id: fields.id,
  /** Null for somebody who signs in by phone alone. */
  email: z.string().nullable(),
  role: z.enum(ROLES),
  /** The operator an operator's staff member belongs to. */
  operatorId: fields.id.nullable(),
  createdAt: fields.instant,
});
export type Account = z.output<typeof account>;
/** Whoever is made an account is written to. */
export const madeAccount = account.extend({ email: z.string() });
export type MadeAccount = z.output<typeof madeAccount>;

/** What signing in gives. */
export const session = z.object({
  /** JWT (EdDSA), 15 minutes. */
  accessToken: z.string(),
  /** Used once: each refresh gives a new one, and using an old one again revokes them all. */
  refreshToken: z.string(),
  /** When the access token expires. */
  expiresAt: fields.instant,
  account,
});

/** Where somebody signs in: an id that the client made at random once and keeps, and a name for people. */
export const givenDevice = z.strictObject({
  id: z.string().regex(/^[\w-]{22,64}$/, '22 to 64 letters, digits, - or _, made at random once'),
  name: z.string().trim().min(1).max(100),
});
