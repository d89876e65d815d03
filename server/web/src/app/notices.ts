import { createContext, useContext } from 'react';

/** Why continuity was lost matters less than what it means for what is on the screen. */
export type LostText = 'connection.resetLive' | 'connection.resetChanges' | 'connection.resetInbox';
export type NoticeText = LostText | typeof SIGN_OUT_FOR_LINK;

/** The link of a message with a code was opened by somebody who is signed in. */
export const SIGN_OUT_FOR_LINK = 'app.signOutForLink';

export const NoticeContext = createContext<(text: NoticeText) => void>(() => {});

export function useNotify(): (text: NoticeText) => void {
  return useContext(NoticeContext);
}
