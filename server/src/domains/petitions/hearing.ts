import { conflict, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { petitions } from '@kinga/shared/petitions/contract.ts';
import { advance, hold, type Work } from './context.ts';
import { refuseFiler } from './decide.ts';
import { daysAfter, inState } from './rules.ts';
import type { PetitionRow } from './store.ts';
import { sendTo } from './tell.ts';

/**
 * The person is told, by every way they are known to be reached; from now on they may be heard. Days that run while
 * nobody was told would be no hearing: where the hub reaches nobody, staff say how they did.
 */
export async function serveNotice(
  work: Work,
  { id, servedBy }: ParsedInputOf<typeof petitions.serveNotice>,
): Promise<PetitionRow> {
  const { petition } = await hold(work, id);
  inState(petition.state, ['filed']);
  const served: PetitionRow = {
    ...petition,
    state: 'noticeServed',
    notice_served_at: work.now,
    hearing_ends_at: daysAfter(work.now, petition.hearing_days),
  };
  const told = await sendTo(work, served, { party: 'person', template: 'petitionNotice' });
  const ways = servedBy === undefined ? told : [...told, servedBy];
  if (ways.length === 0) {
    throw conflict('servedBy', 'no account and no contact of the person is known: say how notice was served');
  }
  const content = { text: null, readers: [], servedBy: ways };
  return advance(work, served, { kind: 'noticeServed', content });
}

/**
 * The person speaks for themselves; staff may write down what they were told by somebody without an account, but
 * not who filed the petition. The days of the window protect the person, so also a late word is heard as long as
 * nothing is decided, and who waived it may speak after all.
 */
export async function respond(
  work: Work,
  { id, hearing, statement }: ParsedInputOf<typeof petitions.respond>,
): Promise<PetitionRow> {
  const { petition, relation } = await hold(work, id);
  if (!relation.person) {
    if (!relation.staff) throw new KingaError('FORBIDDEN', 'Only the person it is about is heard');
    refuseFiler(petition, work.actor);
  }
  inState(petition.state, ['noticeServed', 'hearingWaived']);
  return advance(
    work,
    { ...petition, state: hearing === 'heard' ? 'heard' : 'hearingWaived' },
    {
      kind: hearing === 'heard' ? 'heard' : 'hearingWaived',
      content: { text: statement, readers: ['person'] },
    },
  );
}
