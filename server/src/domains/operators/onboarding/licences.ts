import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { operators } from '@kinga/shared/operators/contract.ts';
import type { OperatorDetail } from '@kinga/shared/operators/onboarding.ts';
import { DEFAULT_SETTINGS } from '@kinga/shared/operators/settings.ts';
import { DateTime } from 'luxon';
import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import { instantOf, ZONE } from '../../../platform/call/instants.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../../alerts/index.ts';
import { sendMessage } from '../../notifications/index.ts';
import { changeOperator } from '../operators.ts';
import { readSettings } from '../settings.ts';

/**
 * So many days before the end of a licence somebody is told; 0 is the end itself. An expired licence switches
 * nothing off: an operator that can no longer ask who is excluded lets everybody in, and the people it was to
 * protect pay for its paperwork. Whoever watches over operators suspends it when it is to stop.
 */
const TOLD_DAYS_BEFORE = [30, 7, 1, 0] as const;
const TOLD_DAYS_MAX = Math.max(...TOLD_DAYS_BEFORE);

export async function setLicence(
  { db, crypto }: Platform,
  input: ParsedInputOf<typeof operators.setLicence>,
  call: Call,
): Promise<OperatorDetail> {
  const { operatorId, licenceNo } = input;
  const licenceExpiresAt = instantOf('licenceExpiresAt', input.licenceExpiresAt);
  const changes = licenceNo === undefined ? { licenceExpiresAt } : { licenceExpiresAt, licenceNo };
  return await db.unitOfWork((em, tx) =>
    idempotent(tx, crypto, { call, input }, async () => {
      const operator = await changeOperator({ em, tx }, operatorId, {
        changes,
        by: call,
        action: 'operator.licence-set',
        details: { licenceExpiresAt: licenceExpiresAt.toISOString() },
      });
      await resolveOver(tx, operatorId, licenceExpiresAt);
      return operator;
    }),
  );
}

/** What was told of the end before; left open, the next end would only be counted by it. */
async function resolveOver(tx: Tx, operatorId: string, licenceExpiresAt: Date): Promise<void> {
  const { rows } = await tx.query<{ is_valid: boolean; is_far: boolean }>(
    `SELECT $1::timestamptz > statement_timestamp() AS is_valid,
            $1::timestamptz > statement_timestamp() + make_interval(days => $2) AS is_far`,
    [licenceExpiresAt, TOLD_DAYS_MAX],
  );
  const over = [...(rows[0]?.is_valid ? ['ended'] : []), ...(rows[0]?.is_far ? ['ending'] : [])];
  for (const what of over) {
    const resolution = `The licence is valid until ${untilOf(licenceExpiresAt)}.`;
    await resolveAlert(tx, { kind: 'operators.licence', key: `${operatorId}:${what}`, resolution });
  }
}

function untilOf(licenceExpiresAt: Date): string {
  return DateTime.fromJSDate(licenceExpiresAt, { zone: ZONE }).toISODate() ?? '';
}

interface Ending {
  readonly id: string;
  readonly licence_no: string;
  readonly contact_email: string;
  readonly licence_expires_at: Date;
  readonly days_left: number;
}

/**
 * Tells what is due, each once for one end of one licence: the notice's row is in the transaction of what is
 * told, so a run may end anywhere and the next goes on there. Returns how many were told.
 */
export async function checkLicences(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  betweenOperators: () => void = () => {},
): Promise<number> {
  const { rows } = await db.query<Ending>(
    `SELECT id, licence_no, contact_email, licence_expires_at,
            ceil(extract(epoch FROM licence_expires_at - clock_timestamp()) / 86400)::int AS days_left
     FROM operators
     WHERE licence_expires_at <= statement_timestamp() + make_interval(days => $1) ORDER BY id`,
    [TOLD_DAYS_MAX],
  );
  let told = 0;
  for (const ending of rows) {
    betweenOperators();
    if (await db.transaction((tx) => tell(tx, crypto, ending))) told++;
  }
  return told;
}

async function tell(tx: Tx, crypto: Platform['crypto'], ending: Ending): Promise<boolean> {
  const due = Math.min(...TOLD_DAYS_BEFORE.filter((days) => days >= Math.max(0, ending.days_left)));
  // Nothing is told of an end that was put off since it was read.
  const { rowCount } = await tx.query(
    `INSERT INTO licence_notices (operator_id, licence_expires_at, days_before)
     SELECT id, licence_expires_at, $3 FROM operators WHERE id = $1 AND licence_expires_at = $2 FOR SHARE
     ON CONFLICT DO NOTHING`,
    [ending.id, ending.licence_expires_at, due],
  );
  if (rowCount === 0) return false;
  const hasEnded = due === 0;
  const until = untilOf(ending.licence_expires_at);
  await raiseAlert(tx, {
    kind: 'operators.licence',
    severity: hasEnded ? 'critical' : 'warning',
    operatorId: ending.id,
    key: `${ending.id}:${hasEnded ? 'ended' : 'ending'}`,
    explanation: hasEnded
      ? `The licence ended on ${until}. The operator’s keys still work: suspend it if it is to stop`
      : `The licence ends on ${until}, in ${ending.days_left} days or less`,
    facts: { licenceExpiresAt: ending.licence_expires_at.toISOString(), daysBefore: due },
  });
  const settings = { ...DEFAULT_SETTINGS, ...(await readSettings(tx, ending.id))?.settings };
  if (settings.notices.includes('licence')) {
    await sendMessage(tx, crypto, {
      channel: 'email',
      to: ending.contact_email,
      template: hasEnded ? 'licenceEnded' : 'licenceEnding',
      data: { licenceNo: ending.licence_no, until },
      locale: settings.locale,
    });
  }
  return true;
}
