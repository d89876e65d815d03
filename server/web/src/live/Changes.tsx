import type { WatchEvent } from '@kinga/client-sdk';
import type { Position } from '@kinga/shared/contract/wire.ts';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../app/freshness.ts';
import { useNotify } from '../app/notices.ts';
import { useWatch } from '../hub/use-watch.ts';
import { useFormats } from '../ui/format.ts';

type Change = WatchEvent<'exclusions/changes'>;

const SHOWN = 12;
/** An import makes thousands of changes a second: the list is redrawn at most this often. */
const REDRAW_MS = 250;

/** The latest changes of the register, newest first, beginning a few before now. */
export function Changes({ head }: { head: Position | undefined }) {
  const { t } = useTranslation();
  const { recent } = useFormats();
  const changes = useChanges(head);
  return (
    <section className="block" aria-labelledby="changes">
      <h2 id="changes">{t('live.changes')}</h2>
      <p className="hint">{t('live.changesLead')}</p>
      {changes.length === 0 && <p className="empty">{t('live.noChanges')}</p>}
      <ol className="changes" role="log" aria-labelledby="changes">
        {changes.map((change) => (
          <li key={`${change.epoch}:${change.seq}`} data-seq={change.seq}>
            <span className={`kind kind-${change.type}`}>{t(`live.kinds.${change.type}`)}</span>
            <span className="mono subject">{change.data.subject}</span>
            <time dateTime={change.data.effectiveAt}>
              {t('live.effective', { time: recent(change.data.effectiveAt) })}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}

function useChanges(head: Position | undefined): readonly Change[] {
  const notify = useNotify();
  const confirm = useConfirm();
  const [shown, setShown] = useState<readonly Change[]>([]);
  const newest = useRef<Change[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const redraw = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setShown(newest.current);
    }, REDRAW_MS);
  };
  useWatch(head === undefined ? undefined : 'exclusions/changes', {
    from: head && { epoch: head.epoch, seq: Math.max(0, head.seq - SHOWN) },
    onItem: (item) => {
      if (item.kind === 'reset') notify('connection.resetChanges');
      if (item.kind === 'event') newest.current = [item, ...newest.current].slice(0, SHOWN);
      redraw();
    },
    onAsOf: confirm,
  });
  return shown;
}
