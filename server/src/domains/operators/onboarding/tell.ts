import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { sendMessage } from '../../notifications/index.ts';
import type { OperatorStaff, StaffContact } from '../staff-seam.ts';

export interface TellParts {
  readonly platform: Pick<Platform, 'crypto'>;
  readonly staff: OperatorStaff;
}

interface Told {
  readonly template:
    | 'applicationReceived'
    | 'applicationIncomplete'
    | 'applicationApproved'
    | 'applicationRejected'
    | 'operatorSuspended'
    | 'operatorReinstated';
  /** Of the company. */
  readonly name: string;
  readonly contactEmail: string;
}

/** Whoever applied, and the address the application names. */
export async function tellApplicant(
  tx: Tx,
  parts: TellParts,
  told: Told & { readonly applicantId: string },
): Promise<void> {
  const applicant = await parts.staff.contactOf(tx, told.applicantId);
  await tell(tx, parts, { told, people: applicant === undefined ? [] : [applicant] });
}

/** Everybody who works for it, and its contact. */
export async function tellOperator(
  tx: Tx,
  parts: TellParts,
  told: Told & { readonly operatorId: string },
): Promise<void> {
  await tell(tx, parts, { told, people: await parts.staff.contactsOf(tx, told.operatorId) });
}

/** In the transaction of what it speaks of. The reasons stay inside: whoever signs in reads them there. */
async function tell(
  tx: Tx,
  { platform }: TellParts,
  { told, people }: { told: Told; people: readonly StaffContact[] },
): Promise<void> {
  const { template, name, contactEmail } = told;
  const message = { channel: 'email', template, data: { name } } as const;
  for (const { email: to, locale, accountId } of people) {
    await sendMessage(tx, platform.crypto, { ...message, to, locale, accountId });
  }
  if (people.some(({ email }) => email === contactEmail)) return;
  const locale = people[0]?.locale ?? 'en';
  await sendMessage(tx, platform.crypto, { ...message, to: contactEmail, locale });
}
