import { CodeStep } from './CodeStep.tsx';
import { anonymously } from './session.ts';

interface ByLinkProps {
  readonly step: 'sign-up' | 'forgot';
  readonly challengeId: string;
  readonly onDone: () => void;
}

/**
 * Whoever came by the link of the message with the code: the page that asked for it may be closed by now, and may have
 * been a stranger's. So the password is chosen here, for a new account too.
 */
export function ByLink({ step, challengeId, onDone }: ByLinkProps) {
  const finish = async (code: string, newPassword: string) => {
    await anonymously(async (hub) => {
      const answer = { challengeId, code, newPassword };
      if (step === 'sign-up') await hub.identity.verifyContact(answer);
      else await hub.identity.resetPassword(answer);
    });
    return true;
  };
  return (
    <CodeStep
      kind={step === 'sign-up' ? 'signUp' : 'reset'}
      finish={finish}
      onDone={onDone}
      onBack={() => {
        location.hash = step;
      }}
    />
  );
}
