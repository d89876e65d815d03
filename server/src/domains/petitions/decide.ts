import { conflict, invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { petitions } from '@kinga/shared/petitions/contract.ts';
import type { AccountActor } from '../../platform/call/actor.ts';
import { advance, hold, type Work } from './context.ts';
import { exclude, excludeUntilDecided, holdAll, lift, undo } from './effect.ts';
import { daysAfter, inState, OPEN, refuseLonger } from './rules.ts';
import type { PetitionRow } from './store.ts';
import { sendTo } from './tell.ts';

/** Both may read why. */
const BOTH = ['petitioner', 'person'] as const;

/** What family asked for until the decision. */
export async function grantProvisional(
  work: Work,
  { id, reason }: ParsedInputOf<typeof petitions.grantProvisional>,
): Promise<PetitionRow> {
  const { petition } = await hold(work, id);
  refuseFiler(petition, work.actor);
  inState(petition.state, OPEN);
  if (petition.provisional !== 'requested') throw conflict('id', 'no provisional effect is asked for');
  const exclusionId = await excludeUntilDecided(work, petition);
  return advance(
    work,
    { ...petition, provisional: 'inForce', exclusion_id: exclusionId },
    { kind: 'provisionalGranted', content: { text: reason, readers: BOTH } },
  );
}

/** The decision and all its effect on the register, in one transaction. */
export async function decide(
  work: Work,
  input: ParsedInputOf<typeof petitions.decide>,
): Promise<PetitionRow> {
  const { petition } = await hold(work, input.id);
  refuseFiler(petition, work.actor);
  refuseBeforeHearing(petition, work.now);
  if (input.decision === 'dismissed' && input.period !== undefined) {
    throw invalidInput('period', 'nothing to set a period for');
  }
  if (input.period !== undefined) refuseLonger(input.period, petition.period);
  await holdAll(work, petition);
  const effect =
    input.decision === 'upheld' ? await uphold(work, petition, input) : await dismiss(work, petition);
  const decided = await advance(
    work,
    {
      ...petition,
      ...effect,
      state: 'decided',
      decision: input.decision,
      decided_by: work.actor.accountId,
      decided_at: work.now,
      appeal_ends_at: daysAfter(work.now, petition.appeal_days),
    },
    { kind: input.decision, content: { text: input.reason, readers: BOTH } },
  );
  await tellBoth(work, decided);
  return decided;
}

type Effect = Pick<PetitionRow, 'provisional' | 'exclusion_id' | 'period'>;

/**
 * What is in force provisionally stays so; what only lasted until the decision, or another period, is replaced: the
 * new one begins before the old one ends. What has ended meanwhile upholds nothing.
 */
async function uphold(
  work: Work,
  petition: PetitionRow,
  { period = petition.period }: ParsedInputOf<typeof petitions.decide>,
): Promise<Effect> {
  const { exclusion_id } = petition;
  const { inForce, renews } = await provisionalOf(work, petition);
  const provisional = closed(petition);
  if (inForce && !renews && period === petition.period) return { period, provisional, exclusion_id };
  const exclusionId = await exclude(work, petition, period);
  if (inForce) await lift(work, exclusion_id, renews ? 'petitionUpheld' : 'petitionPeriodChanged');
  return { period, provisional, exclusion_id: exclusionId };
}

async function provisionalOf({ tx, deps }: Work, { provisional, exclusion_id }: PetitionRow) {
  if (provisional !== 'inForce' || exclusion_id === null) return { inForce: false, renews: false };
  return await deps.exclusions.provisional.holdWithin(tx, exclusion_id);
}

async function dismiss(work: Work, petition: PetitionRow): Promise<Effect> {
  if (petition.provisional === 'inForce') await undo(work, petition, 'petitionDismissed');
  const { period, exclusion_id } = petition;
  return { period, provisional: closed(petition), exclusion_id };
}

/** Once decided or withdrawn nothing is provisional any more. */
export function closed({ provisional }: PetitionRow): PetitionRow['provisional'] {
  return provisional === 'none' ? 'none' : 'ended';
}

/** A reversal undoes the decision's effect: what was upheld is lifted, what was dismissed takes effect. */
export async function decideAppeal(
  work: Work,
  { id, decision, reason }: ParsedInputOf<typeof petitions.decideAppeal>,
): Promise<PetitionRow> {
  const { petition } = await hold(work, id);
  refuseFiler(petition, work.actor);
  inState(petition.state, ['appealed']);
  if (petition.decided_by === work.actor.accountId) {
    throw new KingaError('FORBIDDEN', 'An appeal is decided by somebody else than the petition');
  }
  await holdAll(work, petition);
  let exclusionId = petition.exclusion_id;
  if (decision === 'reversed') {
    if (petition.decision === 'upheld') await undo(work, petition, 'petitionReversed');
    else exclusionId = await exclude(work, petition, petition.period);
  }
  const decided = await advance(
    work,
    { ...petition, state: 'appealDecided', appeal_decision: decision, exclusion_id: exclusionId },
    { kind: 'appealDecided', content: { text: reason, readers: BOTH } },
  );
  await tellBoth(work, decided);
  return decided;
}

export function refuseFiler(petition: PetitionRow, actor: AccountActor): void {
  if (petition.filed_by === actor.accountId) {
    throw new KingaError('FORBIDDEN', 'Nobody decides a petition they filed');
  }
}

function refuseBeforeHearing({ state, hearing_ends_at: endsAt }: PetitionRow, now: Date): void {
  inState(state, ['noticeServed', 'heard', 'hearingWaived']);
  if (state === 'noticeServed' && (endsAt === null || now < endsAt)) {
    throw conflict(
      'id',
      `the person may still be heard until ${endsAt?.toISOString() ?? 'notice is served'}`,
    );
  }
}

async function tellBoth(work: Work, petition: PetitionRow): Promise<void> {
  await sendTo(work, petition, { party: 'person', template: 'petitionMoved' });
  await sendTo(work, petition, { party: 'petitioner', template: 'petitionMoved' });
}
