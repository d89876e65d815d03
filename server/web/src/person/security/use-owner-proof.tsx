import type { ReactNode } from 'react';
import type { Factor } from '../../session/second-factor.ts';
import { type FirstNeeds, type OwnerProof, useFirstProof } from './use-first-proof.tsx';
import { useProof } from './use-proof.tsx';

/** What whoever adds a second step has to show. */
export interface OwnerProofOf {
  /** Those in force: a further one is added only by whoever has one of them. */
  readonly factors: readonly Factor[];
  readonly firstNeeds: FirstNeeds;
}

/** `fields` belong into the form; `give` is undefined while something is missing in it. */
export function useOwnerProof({ factors, firstNeeds }: OwnerProofOf): {
  fields: ReactNode;
  give(data: FormData): Promise<OwnerProof | undefined>;
} {
  const first = useFirstProof(firstNeeds);
  const further = useProof(factors);
  if (factors.length === 0) return { fields: first.fields, give: async (data) => first.give(data) };
  const give = async (data: FormData) => {
    const proof = await further.give(data);
    return proof && { proof };
  };
  return { fields: further.fields, give };
}
