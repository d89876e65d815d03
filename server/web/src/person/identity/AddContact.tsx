import { useSession } from '../../hub/session-context.ts';
import { type FirstNeeds, useFirstProof } from '../security/use-first-proof.tsx';
import { ContactProof, type ContactType } from './ContactProof.tsx';

interface AddContactProps {
  readonly type: ContactType;
  readonly needs: FirstNeeds;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** Another one is added by being proved, and by its owner only. */
export function AddContact({ type, needs, onDone, onCancel }: AddContactProps) {
  const { hub } = useSession();
  const proof = useFirstProof(needs);
  const finish = async (answer: { challengeId: string; code: string }, data: FormData) => {
    const given = proof.give(data);
    return given && (await hub.identity.addIdentifier({ ...answer, ...given }));
  };
  return (
    <ContactProof purpose="identifier" type={type} finish={finish} onDone={onDone} onCancel={onCancel}>
      {proof.fields}
    </ContactProof>
  );
}
