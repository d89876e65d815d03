import { conflict, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { ApplicationDetail, ApplicationState, Decision } from '@kinga/shared/operators/onboarding.ts';
import type { By } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { insertOperator } from '../operators.ts';
import type { OperatorStaff } from '../staff-seam.ts';
import {
  type ApplicationRow,
  accountOf,
  detailOf,
  findApplication,
  toldOf,
  unknownApplication,
} from './applications.ts';
import { tellApplicant } from './tell.ts';

/** What may follow on what; an application that wants more information waits for its applicant. */
const TRANSITIONS: Readonly<Record<ApplicationState, readonly Decision[]>> = {
  submitted: ['inReview'],
  inReview: ['approved', 'rejected', 'moreInformation'],
  moreInformation: ['rejected'],
  approved: [],
  rejected: [],
};

/** That somebody has begun to read it is no news. */
const TEMPLATES = {
  moreInformation: 'applicationIncomplete',
  approved: 'applicationApproved',
  rejected: 'applicationRejected',
} as const;

export async function review(
  { platform, staff }: { platform: Platform; staff: OperatorStaff },
  input: ParsedInputOf<typeof operators.review>,
  call: Call,
): Promise<ApplicationDetail> {
  return await platform.db.transaction((tx) =>
    idempotent(tx, platform.crypto, { call, input }, async () => {
      const { accountId: reviewerId } = accountOf(call);
      const { id, decision, note } = input;
      const application = await findApplication(tx, id, 'FOR UPDATE');
      if (application === undefined) throw unknownApplication();
      if (application.applicant_id === reviewerId) {
        throw new KingaError('FORBIDDEN', 'Nobody reviews their own application');
      }
      if (!TRANSITIONS[application.state].includes(decision)) {
        throw conflict('decision', `An application that is ${application.state} cannot be ${decision}`);
      }
      const operatorId = decision === 'approved' ? await admit(tx, staff, application, call) : null;
      await tx.query(
        `UPDATE operator_applications SET state = $2, operator_id = $3, updated_at = clock_timestamp()
         WHERE id = $1`,
        [id, decision, operatorId],
      );
      await tx.query(
        'INSERT INTO operator_reviews (application_id, reviewer_id, decision, note) VALUES ($1, $2, $3, $4)',
        [id, reviewerId, decision, note],
      );
      const { actor, requestId } = call;
      const action = 'application.reviewed';
      await recordAudit(tx, { actor, requestId, action, subject: id, details: { decision, operatorId } });
      if (decision !== 'inReview') {
        await tellApplicant(
          tx,
          { platform, staff },
          { ...toldOf(application), template: TEMPLATES[decision] },
        );
      }
      const after = await findApplication(tx, id);
      if (after === undefined) throw new Error('a locked application is gone');
      return await detailOf(tx, after);
    }),
  );
}

async function admit(tx: Tx, staff: OperatorStaff, row: ApplicationRow, by: By): Promise<string> {
  const application = {
    name: row.name,
    licenceNo: row.licence_no,
    contactEmail: row.contact_email,
    contactPhone: row.contact_phone,
    website: row.website,
  };
  const { id } = await insertOperator(tx, application, by);
  await staff.link(tx, row.applicant_id, id);
  return id;
}
