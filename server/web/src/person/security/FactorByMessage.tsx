import { useSession } from '../../hub/session-context.ts';
import { ContactProof } from '../identity/ContactProof.tsx';
import { type OwnerProofOf, useOwnerProof } from './use-owner-proof.tsx';

interface FactorByMessageProps {
  readonly kind: 'sms' | 'email';
  readonly owner: OwnerProofOf;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** Codes that come by message or e-mail. */
export function FactorByMessage({ kind, owner, onDone, onCancel }: FactorByMessageProps) {
  const { hub } = useSession();
  const proof = useOwnerProof(owner);
  const finish = async (answer: { challengeId: string; code: string }, data: FormData) => {
    const given = await proof.give(data);
    return given && (await hub.identity.addFactor({ ...answer, ...given }));
  };
  return (
    <ContactProof
      purpose="factor"
      type={kind === 'sms' ? 'phone' : 'email'}
      finish={finish}
      onDone={onDone}
      onCancel={onCancel}
    >
      {proof.fields}
    </ContactProof>
  );
}
