import type { Petition, PetitionDetail } from '@kinga/shared/petitions/contract.ts';
import type { Action } from '../../hub/use-action.ts';

export type Effect = (idempotencyKey: string) => Promise<Petition>;

/** What each next step of a petition is given. */
export interface StepProps {
  readonly petition: PetitionDetail;
  readonly action: Action<Petition>;
  readonly act: (effect: Effect) => Promise<void>;
}
