import type { Hub } from '@kinga/client-sdk';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';

export interface OwnIdentity {
  readonly identifiers: Identifier[];
  /** What the register should know beside them, as far as the account knows it. */
  readonly person: { name?: string; dateOfBirth?: string };
}

/** Everything the account is known by: whoever excludes themselves has to type none of it. */
export function useOwnIdentity(): { known: OwnIdentity | undefined; ask(): Promise<OwnIdentity> } {
  const { hub } = useSession();
  const ask = () => ownIdentity(hub);
  return { known: useLoad(ask, [hub]).data, ask };
}

async function ownIdentity(hub: Hub): Promise<OwnIdentity> {
  const [{ items }, { name, dateOfBirth }] = await Promise.all([
    hub.identity.identifiers(),
    hub.identity.profile(),
  ]);
  return {
    identifiers: items.map(({ type, value }) => ({ type, value })),
    person: { ...(name !== null && { name }), ...(dateOfBirth !== null && { dateOfBirth }) },
  };
}
