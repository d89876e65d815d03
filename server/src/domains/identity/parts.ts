import type { Platform } from '../../platform/context.ts';
import type { Revocations } from '../../platform/revocations/revocations.ts';
import type { LoginAttempts } from './attempts.ts';
import type { Passwords } from './password.ts';
import type { RegisterSeam } from './register-seam.ts';

/** What the procedures about one's own account are made of. */
export interface OwnParts {
  readonly platform: Platform;
  readonly revocations: Revocations;
  readonly passwords: Passwords;
  readonly attempts: LoginAttempts;
  /** By what an address is counted; undefined: it is shared by many and not counted by itself. */
  addressKey(address: string): string | undefined;
  /** Asked for when needed: domains are made one after the other. */
  register(): RegisterSeam;
}
