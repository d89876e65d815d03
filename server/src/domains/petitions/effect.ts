import type { LIFTED_AS_NOTHING, Period } from '@kinga/shared/exclusions/exclusion.ts';
import { sealPerson } from '../exclusions/index.ts';
import { keysOf } from '../identifiers/index.ts';
import type { Work } from './context.ts';
import { contentOf, type PetitionRow, readSteps, readSubject } from './store.ts';
import { holdAccounts } from './tell.ts';

/** Excludes the person by what the petition knows of them; their own exclusions are others and stay as they are. */
export async function exclude(work: Work, petition: PetitionRow, period: Period): Promise<string> {
  const { tx, crypto, call, actor, deps, tolds } = work;
  const given = (await readSubject(tx, petition.id)).map(({ type, original }) => ({
    type,
    value: crypto.open(original),
  }));
  const [filed] = await readSteps(tx, petition.id);
  const { name, dateOfBirth } = filed === undefined ? {} : contentOf(crypto, filed);
  const seal = (text: string | undefined) => (text === undefined ? null : crypto.seal(text));
  const { exclusion, told } = await deps.exclusions.registerWithin(tx, {
    identifiers: sealPerson(
      crypto,
      { keys: keysOf(crypto, given, 'identifiers'), identifiers: given },
      { name, dateOfBirth },
    ),
    period,
    source: petition.source,
    startsAt: undefined,
    reason: crypto.seal(`Petition ${petition.id}: ${petition.ground}`),
    name: seal(name),
    dateOfBirth: seal(dateOfBirth),
    by: actor,
    saidBy: petition.id,
    requestId: call.requestId,
    claim: undefined,
    row: undefined,
  });
  tolds.push(told);
  return exclusion.id;
}

/** The same until the decision: a short period may be over before the person was heard. */
export async function excludeUntilDecided(work: Work, petition: PetitionRow): Promise<string> {
  const { tx, call, actor, deps, tolds } = work;
  const exclusionId = await exclude(work, petition, petition.period);
  const by = { actor, requestId: call.requestId };
  tolds.push(await deps.exclusions.provisional.renewWithin(tx, exclusionId, by));
  return exclusionId;
}

type UndoReason = (typeof LIFTED_AS_NOTHING)[number];
export type LiftReason = UndoReason | 'petitionUpheld' | 'petitionPeriodChanged';

/** Ends what came of the petition for the register, and nothing else. */
export async function lift(work: Work, exclusionId: string | null, reasonCode: LiftReason): Promise<void> {
  if (exclusionId === null) return;
  const { tx, call, actor, deps, tolds } = work;
  const by = { actor, requestId: call.requestId };
  const { told } = await deps.exclusions.liftWithin(tx, exclusionId, { reasonCode, by });
  tolds.push(told);
}

/**
 * Before what is more than one change of the register, or is told to people afterwards. Their accounts first: whoever
 * changes what theirs is known by has its row when they come for its keys, and a message to it waits for that row.
 */
export async function holdAll({ tx, deps }: Work, petition: PetitionRow): Promise<void> {
  await holdAccounts(tx, petition);
  const { id: saidBy, exclusion_id: exclusionId } = petition;
  await deps.exclusions.holdConcerned(tx, {
    exclusionId,
    identifiers: await readSubject(tx, saidBy),
    saidBy,
  });
}

/** As if it had never been: what it alone says of people is taken back with its exclusion. */
export async function undo(
  work: Work,
  { id, exclusion_id: exclusionId }: PetitionRow,
  reasonCode: UndoReason,
): Promise<void> {
  await lift(work, exclusionId, reasonCode);
  const { told } = await work.deps.exclusions.retractWithin(work.tx, id, work.call);
  work.tolds.push(told);
}
