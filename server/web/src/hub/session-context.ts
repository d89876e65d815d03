import { createContext, useContext } from 'react';
import type { Session } from '../session/session.ts';

export const SessionContext = createContext<Session | undefined>(undefined);

/** The session of whoever is signed in; only for parts below the sign-in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('This part is shown to signed-in people only');
  return session;
}
