import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Account, identity } from '@kinga/shared/identity/contract.ts';
import type { secondFactors as contract } from '@kinga/shared/identity/second-factors.ts';
import type { Call, Handlers } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { OwnParts } from '../parts.ts';
import type { GivenDevice } from '../sessions/devices.ts';
import type { SignIns } from '../sign-in-history/sign-ins.ts';
import { Enrolment } from './enrolment.ts';
import { LoginSecondHalf } from './login.ts';
import { Proofs } from './proofs.ts';

type Own = Pick<typeof identity, keyof typeof contract>;

interface SecondFactorDeps {
  readonly signIns: SignIns;
  /** Opens the session of somebody who has proved who they are. */
  signIn(
    prove: (tx: Tx) => Promise<Account>,
    how: { method: 'secondFactor'; device: GivenDevice | undefined },
    call: Call,
  ): Promise<OutputOf<typeof identity.completeLogin>>;
}

/** What is asked for beside the password. */
export function createSecondFactors(
  parts: OwnParts,
  deps: SecondFactorDeps,
): { handlers: Handlers<Own>; proofs: Proofs } {
  const proofs = new Proofs(parts.platform);
  const enrolment = new Enrolment(parts, proofs);
  const login = new LoginSecondHalf(parts, proofs, deps.signIns);
  return {
    proofs,
    handlers: {
      startTotp: (_input, call) => enrolment.startTotp(call),
      confirmTotp: (input, call) => enrolment.confirmTotp(input, call),
      addFactor: (input, call) => enrolment.add(input, call),
      listFactors: (_input, call) => enrolment.list(call),
      challengeFactor: (input, call) => enrolment.challenge(input.factor, call),
      removeFactor: async (input, call) => {
        await enrolment.remove(input, call);
        return {};
      },
      sendLoginCode: (input, call) => login.sendCode(input, call),
      completeLogin: async (input, call) => {
        const prove = await login.finish(input, call);
        return await deps.signIn(prove, { method: 'secondFactor', device: input.device }, call);
      },
    },
  };
}
