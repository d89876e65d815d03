import { invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { petitions } from '@kinga/shared/petitions/contract.ts';
import { newId } from '../../platform/crypto/ids.ts';
import { sealIdentifiers } from '../exclusions/index.ts';
import { keysOf } from '../identifiers/index.ts';
import { readPolicy } from '../policy/index.ts';
import { advance, type Work } from './context.ts';
import { excludeUntilDecided } from './effect.ts';
import { isAbout } from './parties.ts';
import { checkFiling } from './rules.ts';
import { GENESIS_HASH, insertPetition, insertSubject, type PetitionRow } from './store.ts';
import { refuseTwin } from './twins.ts';

type Filing = ParsedInputOf<typeof petitions.file>;

/**
 * A petition and, where it cannot wait, its provisional effect in the same transaction: at once for an operator, a
 * court or the regulator, who answer for it. What family asks for, staff grant first: else anybody could shut
 * anybody out with a few digits.
 */
export async function file(work: Work, input: Filing): Promise<PetitionRow> {
  const { tx, actor, crypto } = work;
  checkFiling(input, actor.role);
  await refuseSuspended(work);
  const petition = await newPetition(work, input);
  const sealed = sealIdentifiers(crypto, keysOf(crypto, input.identifiers, 'identifiers'), input.identifiers);
  await refuseTwin(tx, petition, sealed);
  await insertPetition(tx, petition);
  await insertSubject(tx, petition, sealed);
  await refuseOneself(work, petition);
  const filed = await advance(work, petition, { kind: 'filed', content: contentOf(input) });
  const { provisional } = input;
  if (provisional === undefined) return filed;
  const content = { text: provisional.grounds, readers: ['petitioner'] as const };
  if (input.source === 'family') {
    return advance(work, { ...filed, provisional: 'requested' }, { kind: 'provisionalRequested', content });
  }
  const exclusionId = await excludeUntilDecided(work, filed);
  return advance(
    work,
    { ...filed, provisional: 'inForce', exclusion_id: exclusionId },
    { kind: 'provisionalGranted', content },
  );
}

/** What it filed before goes on: the person has been told of it, or is protected by it. */
async function refuseSuspended({ tx, deps, actor }: Work): Promise<void> {
  if (actor.operatorId === null || !(await deps.isSuspended(tx, actor.operatorId))) return;
  throw new KingaError('FORBIDDEN', 'A suspended operator files no petitions');
}

async function newPetition(
  { tx, actor, now }: Work,
  { source, ground, period }: Filing,
): Promise<PetitionRow> {
  // Its windows are those of the day it was filed, whatever version comes after.
  const { petitions: windows } = (await readPolicy(tx, now.getTime())).values;
  return {
    id: newId('pet'),
    tenant_id: source === 'operator' ? actor.operatorId : null,
    source,
    ground,
    period,
    state: 'filed',
    provisional: 'none',
    decision: null,
    appeal_decision: null,
    exclusion_id: null,
    filed_by: actor.accountId,
    filed_at: now,
    notice_served_at: null,
    hearing_ends_at: null,
    decided_by: null,
    decided_at: null,
    appeal_ends_at: null,
    appealed_at: null,
    notice_days: windows.noticeDays,
    hearing_days: windows.hearingDays,
    decision_days: windows.decisionDays,
    appeal_days: windows.appealDays,
    steps: 0,
    head_hash: GENESIS_HASH,
  };
}

function contentOf({ statement, evidence, person, customerId }: Filing) {
  return {
    text: statement,
    readers: ['petitioner'] as const,
    evidence,
    customerId,
    name: person?.name,
    dateOfBirth: person?.dateOfBirth,
  };
}

/** Whoever wants to be excluded says so themselves, and needs nobody's decision. */
async function refuseOneself({ tx, deps, actor }: Work, petition: PetitionRow): Promise<void> {
  if (await isAbout(tx, deps.accountKeys, { petition, actor })) {
    throw invalidInput('identifiers', 'your own: exclude yourself instead');
  }
}
