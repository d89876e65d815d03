import { CodeStep } from './CodeStep.tsx';
import { anonymously } from './session.ts';
import type { CodeLink } from './use-door-step.ts';

const MAKES = { 'sign-up': 'person', 'sign-up-operator': 'operator', forgot: undefined } as const;

interface ByLinkProps {
  readonly link: CodeLink;
  readonly onDone: () => void;
}

/**
 * Whoever came by the link of the message with the code: the page that asked for it may be closed by now, and may have
 * been a stranger's. So the password is chosen here, for a new account too, and it is said which account that is.
 */
export function ByLink({ link: { step, challengeId }, onDone }: ByLinkProps) {
  const finish = async (code: string, newPassword: string) => {
    await anonymously(async (hub) => {
      const answer = { challengeId, code, newPassword };
      if (step === 'forgot') await hub.identity.resetPassword(answer);
      else await hub.identity.verifyContact(answer);
    });
    return true;
  };
  return (
    <CodeStep
      kind={step === 'forgot' ? 'reset' : 'signUp'}
      makes={MAKES[step]}
      finish={finish}
      onDone={onDone}
      onBack={() => {
        location.hash = step;
      }}
    />
  );
}
