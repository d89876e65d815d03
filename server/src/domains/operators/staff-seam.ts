import type { InvitedStaff, StaffMember } from '@kinga/shared/operators/staff.ts';
import type { Tx } from '../../platform/db/tx.ts';

export interface StaffContact {
  readonly accountId: string;
  readonly email: string;
  readonly locale: 'en' | 'sw';
}

/** Port: the accounts of operators' staff. The accounts' own domain knows how. */
export interface OperatorStaff {
  /** Makes an account the staff of an operator, in the transaction that makes the operator. */
  link(tx: Tx, accountId: string, operatorId: string): Promise<void>;
  /** Of one account, to be written to; undefined: it has no e-mail address. */
  contactOf(tx: Tx, accountId: string): Promise<StaffContact | undefined>;
  contactsOf(tx: Tx, operatorId: string): Promise<StaffContact[]>;
  /** Members first, then invitations that still can be accepted. */
  list(tx: Tx, operatorId: string): Promise<StaffMember[]>;
  invite(
    tx: Tx,
    invitation: {
      readonly operatorId: string;
      readonly operatorName: string;
      readonly email: string;
      readonly locale: 'en' | 'sw';
    },
  ): Promise<InvitedStaff>;
  /** The last thing of its transaction; undefined: there is no such member or invitation. */
  remove(tx: Tx, operatorId: string, id: string): Promise<RemovedStaff | undefined>;
}

export interface RemovedStaff {
  readonly what: 'member' | 'invitation';
  readonly sessionsEnded: number;
  /** After the commit. */
  announce(): void;
}
