import { createContext, useContext } from 'react';

/** Why continuity was lost matters less than what it means for what is on the screen. */
export type NoticeText = 'connection.resetLive' | 'connection.resetChanges' | 'connection.resetInbox';

export const NoticeContext = createContext<(text: NoticeText) => void>(() => {});

export function useNotify(): (text: NoticeText) => void {
  return useContext(NoticeContext);
}
