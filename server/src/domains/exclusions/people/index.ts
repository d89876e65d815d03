import type { people } from '@kinga/shared/exclusions/people.ts';
import type { Call, Handlers } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Told } from '../register/register.ts';
import { commandOf, type PeopleChange, type PeopleDeps } from './change.ts';
import { correctPerson } from './correct.ts';
import { findPeople } from './find.ts';
import { addIdentifier, type IdentifierEdit, removeIdentifier } from './identifiers.ts';
import { type IdentityChange, type IdentityChecked, identityChanged } from './identity-changed.ts';
import { mergePeople } from './merge.ts';
import { getPerson } from './read.ts';
import { retract } from './retract.ts';
import { listForReview, resolveReview } from './review.ts';
import { unmergePeople } from './unmerge.ts';

export type { IdentityChange, IdentityChecked } from './identity-changed.ts';

export interface People {
  readonly handlers: Handlers<typeof people>;
  /** In the caller's transaction, last of its locks; `told` after its commit: see people/identity-changed.ts. */
  identityChanged(tx: Tx, change: IdentityChange): Promise<IdentityChecked>;
  /** In the caller's transaction; `told` after its commit: see people/retract.ts. */
  retractWithin(tx: Tx, saidBy: string, call: Call): Promise<{ readonly told: Told }>;
}

/** Who the people of the register are: what they are known by, and which records are one person. */
export function createPeople(platform: Platform, deps: PeopleDeps): People {
  const { crypto, db } = platform;
  const command = { platform, deps };
  const editOf = (call: Call): IdentifierEdit => ({ crypto, deps, call });
  const edited = <TInput extends { readonly personId: string }>(
    edit: (tx: Tx, by: IdentifierEdit, input: TInput) => Promise<PeopleChange>,
  ) => {
    return (input: TInput, call: Call) =>
      commandOf(command, { call, input }, async (tx) => {
        const { seq, told } = await edit(tx, editOf(call), input);
        return { output: { personId: input.personId, seq }, told };
      });
  };
  return {
    handlers: {
      getPerson: (input, call) => getPerson(platform, input, call),
      findPeople: (input, call) => findPeople(platform, input, call),
      addIdentifier: edited(addIdentifier),
      removeIdentifier: edited(removeIdentifier),
      correctPerson: edited(correctPerson),
      mergePeople: (input, call) =>
        commandOf(command, { call, input }, async (tx) => {
          const { id, seq, told } = await mergePeople(tx, editOf(call), input);
          return { output: { mergeId: id, personId: input.keepId, seq }, told };
        }),
      unmergePeople: (input, call) =>
        commandOf(command, { call, input }, async (tx) => {
          const { personIds, seq, told } = await unmergePeople(tx, editOf(call), input.mergeId);
          return { output: { mergeId: input.mergeId, personIds: [...personIds], seq }, told };
        }),
      listForReview: ({ cursor }) => listForReview(db, cursor),
      resolveReview: (input, call) =>
        commandOf(command, { call, input }, (tx) => resolveReview(tx, editOf(call), input)),
    },
    retractWithin: (tx, saidBy, call) => retract(tx, editOf(call), saidBy),
    identityChanged: (tx, change) => identityChanged(tx, { crypto, deps }, change),
  };
}
