import { useSession } from '../../hub/session-context.ts';
import type { Factor } from '../../session/second-factor.ts';
import { ContactProof } from '../identity/ContactProof.tsx';
import { useProof } from './use-proof.tsx';

interface FactorByMessageProps {
  readonly kind: 'sms' | 'email';
  readonly factors: readonly Factor[];
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** Codes that come by message or e-mail. */
export function FactorByMessage({ kind, factors, onDone, onCancel }: FactorByMessageProps) {
  const { hub } = useSession();
  const proof = useProof(factors);
  const finish = async (answer: { challengeId: string; code: string }, data: FormData) => {
    if (factors.length === 0) return await hub.identity.addFactor(answer);
    const given = await proof.give(data);
    return given && (await hub.identity.addFactor({ ...answer, proof: given }));
  };
  return (
    <ContactProof
      purpose="factor"
      type={kind === 'sms' ? 'phone' : 'email'}
      finish={finish}
      onDone={onDone}
      onCancel={onCancel}
    >
      {factors.length > 0 && proof.fields}
    </ContactProof>
  );
}
