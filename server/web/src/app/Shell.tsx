import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Banners } from '../broadcasts/Banners.tsx';
import { useSession } from '../hub/session-context.ts';
import { codeLinkIn, useDoorPlace } from '../session/use-door-step.ts';
import { LanguageSwitch } from '../ui/LanguageSwitch.tsx';
import { Mark } from '../ui/Mark.tsx';
import { ConnectionStrip } from './ConnectionStrip.tsx';
import { FreshnessContext, useFreshness } from './freshness.ts';
import { type Notice, Notices } from './Notices.tsx';
import { NoticeContext, type NoticeText, SIGN_OUT_FOR_LINK } from './notices.ts';
import type { Pages } from './pages.ts';
import { usePage } from './use-page.ts';
import { GroupedWays, Ways } from './Ways.tsx';

interface ShellProps {
  readonly pages: Pages;
  /** Somebody has just signed in; else the page was loaded anew. */
  readonly entered: boolean;
  readonly onSignOut: () => void;
}

/** What is around every page: who is signed in, the ways to go, the connection, what has to be told. */
export function Shell({ pages, entered, onSignOut }: ShellProps) {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const freshness = useFreshness(hub);
  const page = usePage(pages, entered);
  const ways = pages.filter(({ isHidden }) => !isHidden);
  const grouped = pages.some(({ group }) => group !== undefined);
  const title = t(`app.${page.id}`);
  useEffect(() => {
    document.title = `${title} · Kinga`;
  }, [title]);
  const role = t(`roles.${account.role}`);
  // Whoever signs in by phone alone has no address to show.
  const who =
    account.email === null
      ? t('app.signedInByPhone', { role })
      : t('app.signedInAs', { email: account.email, role });
  const { notices, notify, dismiss } = useNotices();

  return (
    <FreshnessContext value={freshness}>
      <NoticeContext value={notify}>
        <button type="button" className="skip" onClick={skipToContent}>
          {t('app.skip')}
        </button>
        <header className="head">
          <span className="brand">
            <Mark />
            {t('app.name')}
          </span>
          {ways.length > 1 && !grouped && <Ways pages={ways} current={page} />}
          <div className="head-end">
            <LanguageSwitch short />
            <button type="button" className="quiet" onClick={onSignOut} title={who}>
              {t('app.signOut')}
            </button>
          </div>
        </header>
        <ConnectionStrip />
        <div className={grouped ? 'beside' : 'below'}>
          {grouped && <GroupedWays pages={ways} current={page} />}
          <main id="content" tabIndex={-1}>
            <Notices notices={notices} onDismiss={({ text }) => dismiss(text)} />
            <Banners />
            <page.Content />
          </main>
        </div>
        <footer className="foot">
          <span>{who}</span>
          <span>{t('app.time')}</span>
        </footer>
      </NoticeContext>
    </FreshnessContext>
  );
}

function useNotices() {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const notify = useCallback(
    (text: NoticeText) => setNotices((all) => [...without(text, all), { text, at: Date.now() }]),
    [],
  );
  const dismiss = useCallback((text: NoticeText) => setNotices((all) => without(text, all)), []);
  // The address stays, so that the link works once nobody is signed in; whoever goes elsewhere has no use for it.
  const challengeId = codeLinkIn(useDoorPlace())?.challengeId;
  useEffect(() => {
    if (challengeId === undefined) dismiss(SIGN_OUT_FOR_LINK);
    else notify(SIGN_OUT_FOR_LINK);
  }, [challengeId, notify, dismiss]);
  return { notices, notify, dismiss };
}

function without(text: NoticeText, all: readonly Notice[]): Notice[] {
  return all.filter((notice) => notice.text !== text);
}

/** A button, because what follows the `#` in the address names a page. */
function skipToContent(): void {
  document.querySelector<HTMLElement>('main')?.focus();
}
