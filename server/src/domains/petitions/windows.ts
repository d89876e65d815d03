import type { Platform } from '../../platform/context.ts';
import { actForEveryTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { raiseAlert, resolveAlert } from '../alerts/index.ts';
import { until } from '../exclusions/index.ts';
import { daysAfter } from './rules.ts';
import { COLUMNS, type PetitionRow } from './store.ts';

const OVERDUE = 'petitions.overdue';
const PAGE = 500;

/** `petitions p` that somebody lets wait, by the database's clock. */
const WAITS = `(
  (p.state = 'filed' AND p.filed_at + make_interval(hours => 24 * p.notice_days) < statement_timestamp())
  OR (p.state IN ('noticeServed', 'heard', 'hearingWaived')
      AND p.hearing_ends_at + make_interval(hours => 24 * p.decision_days) < statement_timestamp())
  OR (p.state = 'appealed'
      AND p.appealed_at + make_interval(hours => 24 * p.decision_days) < statement_timestamp()))`;

/**
 * A petition nobody goes on with would leave a person excluded without ever being heard, or somebody in danger
 * without an answer; an appeal has as long as the decision had. Returns how many wait too long; each is an alert until it goes on.
 */
export async function checkWindows(
  { db }: Pick<Platform, 'db'>,
  betweenPetitions: () => void = () => {},
): Promise<number> {
  let overdue = 0;
  for (let after = ''; ; ) {
    const ids = await db.transaction(async (tx) => {
      await actForEveryTenant(tx);
      const { rows } = await tx.query<{ id: string }>(
        `SELECT p.id FROM petitions p WHERE p.id > $1 AND ${WAITS} ORDER BY p.id LIMIT ${PAGE}`,
        [after],
      );
      return rows.map(({ id }) => id);
    });
    for (const id of ids) {
      betweenPetitions();
      if (await db.transaction((tx) => raise(tx, id))) overdue++;
    }
    const last = ids.at(-1);
    if (last === undefined || ids.length < PAGE) return overdue;
    after = last;
  }
}

/** What somebody waits for; in any other state the decision. */
const MISSING: Partial<Record<PetitionRow['state'], string>> = {
  filed: 'the notice to the person was to be served',
  appealed: 'the appeal was to be decided',
};

/** Held meanwhile, so that a step of this very moment closes what is raised here. */
async function raise(tx: Tx, id: string): Promise<boolean> {
  await actForEveryTenant(tx);
  const { rows } = await tx.query<PetitionRow>(
    `SELECT ${COLUMNS} FROM petitions p WHERE p.id = $1 AND ${WAITS} FOR UPDATE`,
    [id],
  );
  const [petition] = rows;
  if (petition === undefined) return false;
  const { state, source, provisional } = petition;
  const isExcluded = provisional === 'inForce' || (state === 'appealed' && petition.decision === 'upheld');
  const dueAt = dueOf(petition);
  const day = dueAt && until(dueAt, 'en');
  const missing = MISSING[state] ?? 'it was to be decided';
  await raiseAlert(tx, {
    kind: OVERDUE,
    severity: isExcluded ? 'critical' : 'warning',
    key: id,
    explanation: isExcluded
      ? `Petition ${id}: ${missing} by ${day}, and the person is excluded meanwhile`
      : `Petition ${id}: ${missing} by ${day}`,
    facts: { petitionId: id, state, source, isExcluded, dueAt: dueAt?.toISOString() },
  });
  return true;
}

/** With each step of a petition: it waits for nobody any more, or has time again. */
export async function resolveUnlessOverdue(tx: Tx, petition: PetitionRow, now: Date): Promise<void> {
  const dueAt = dueOf(petition);
  if (dueAt !== undefined && dueAt < now) return;
  await resolveAlert(tx, {
    kind: OVERDUE,
    key: petition.id,
    resolution: `The petition is ${petition.state}`,
  });
}

/** By when somebody of staff has to act; undefined: nobody has to. */
function dueOf({ state, filed_at, hearing_ends_at, appealed_at, ...days }: PetitionRow): Date | undefined {
  if (state === 'filed') return daysAfter(filed_at, days.notice_days);
  if (state === 'appealed' && appealed_at !== null) return daysAfter(appealed_at, days.decision_days);
  const isOpen = state === 'noticeServed' || state === 'heard' || state === 'hearingWaived';
  return isOpen && hearing_ends_at !== null ? daysAfter(hearing_ends_at, days.decision_days) : undefined;
}
