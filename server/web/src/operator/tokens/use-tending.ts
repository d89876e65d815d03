import type { HubError } from '@kinga/client-sdk';
import type { Compromise, EndedToken, IssuedToken } from '@kinga/shared/tokens/contract.ts';
import { useState } from 'react';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';

/** A token, and what its operator calls the customer behind it. */
export interface NamedToken {
  readonly token: string;
  readonly name: string;
}

export interface Tending {
  readonly busy: boolean;
  readonly error: HubError | undefined;
  /** The new token that took the place of another. */
  readonly made: NamedToken | undefined;
  /** Whose token was revoked. */
  readonly revoked: string | undefined;
  /** The one that somebody is about to report. */
  readonly reporting: NamedToken | undefined;
  rotate(of: NamedToken): void;
  revoke(of: NamedToken): void;
  report(of: NamedToken | undefined): void;
  compromise(of: NamedToken, reason: Compromise): void;
  seen(): void;
}

/** What an operator's staff may do to a token, and what came of it. */
export function useTending(onChanged: () => void): Tending {
  const { tokens } = useSession().hub;
  const { busy, error, run } = useAction<IssuedToken | EndedToken>();
  const [made, setMade] = useState<NamedToken>();
  const [revoked, setRevoked] = useState<string>();
  const [reporting, setReporting] = useState<NamedToken>();
  const act = async ({ name }: NamedToken, effect: () => Promise<IssuedToken | EndedToken>) => {
    const done = await run(effect);
    if (done === undefined) return;
    setMade('token' in done ? { name, token: done.token } : undefined);
    setRevoked('token' in done ? undefined : name);
    setReporting(undefined);
    onChanged();
  };
  return {
    ...{ busy, error, made, revoked, reporting },
    rotate: (of) => void act(of, () => tokens.rotate({ token: of.token })),
    revoke: (of) => void act(of, () => tokens.revoke({ token: of.token })),
    report: setReporting,
    compromise: (of, reason) => void act(of, () => tokens.compromise({ token: of.token, reason })),
    seen: () => setMade(undefined),
  };
}
