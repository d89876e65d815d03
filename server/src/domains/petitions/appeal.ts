import { conflict, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { petitions } from '@kinga/shared/petitions/contract.ts';
import { advance, type Held, hold, type Work } from './context.ts';
import { closed } from './decide.ts';
import { holdAll, undo } from './effect.ts';
import { inState, OPEN } from './rules.ts';
import type { Party, PetitionRow } from './store.ts';
import { sendTo } from './tell.ts';

/** By whom the decision went against, while the window is open; what was decided holds meanwhile. */
export async function appeal(
  work: Work,
  { id, statement }: ParsedInputOf<typeof petitions.appeal>,
): Promise<PetitionRow> {
  const held = await hold(work, id);
  const { petition } = held;
  inState(petition.state, ['decided']);
  const party = appellant(held);
  if (petition.appeal_ends_at === null || work.now >= petition.appeal_ends_at) {
    throw conflict('id', `the time to appeal ended at ${petition.appeal_ends_at?.toISOString()}`);
  }
  const appealed = await advance(
    work,
    { ...petition, state: 'appealed', appealed_at: work.now },
    { kind: 'appealed', content: { text: statement, readers: [party] } },
  );
  const other = party === 'person' ? 'petitioner' : 'person';
  await sendTo(work, appealed, { party: other, template: 'petitionMoved' });
  return appealed;
}

/** Staff write down the appeal of a person without an account. */
function appellant({ petition, relation }: Held): Party {
  if (petition.decision === 'upheld' && (relation.person || (relation.staff && !relation.petitioner))) {
    return 'person';
  }
  if (petition.decision === 'dismissed' && relation.petitioner) return 'petitioner';
  throw new KingaError('FORBIDDEN', 'Only who the decision went against may appeal');
}

/** Before the decision, and with it whatever was provisional ends. */
export async function withdraw(
  work: Work,
  { id, reason }: ParsedInputOf<typeof petitions.withdraw>,
): Promise<PetitionRow> {
  const { petition, relation } = await hold(work, id);
  if (!relation.petitioner) throw new KingaError('FORBIDDEN', 'Only the petitioner withdraws a petition');
  inState(petition.state, OPEN);
  await holdAll(work, petition);
  if (petition.provisional === 'inForce') await undo(work, petition, 'petitionWithdrawn');
  const withdrawn = await advance(
    work,
    { ...petition, state: 'withdrawn', provisional: closed(petition) },
    { kind: 'withdrawn', content: { text: reason ?? null, readers: ['petitioner'] } },
  );
  if (petition.notice_served_at !== null) {
    await sendTo(work, withdrawn, { party: 'person', template: 'petitionMoved' });
  }
  return withdrawn;
}
