import { useSession } from '../../hub/session-context.ts';
import { ContactProof, type ContactType } from './ContactProof.tsx';

interface ProveContactProps {
  readonly type: ContactType;
  readonly value: string;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

/** One that is on the account already. */
export function ProveContact(props: ProveContactProps) {
  const { hub } = useSession();
  return (
    <ContactProof {...props} purpose="contact" finish={(answer) => hub.identity.verifyContact(answer)} />
  );
}
