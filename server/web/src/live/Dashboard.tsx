import type { Position } from '@kinga/shared/contract/wire.ts';
import type { Live } from '@kinga/shared/monitoring/contract.ts';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../app/freshness.ts';
import { useNotify } from '../app/notices.ts';
import { useWatch } from '../hub/use-watch.ts';
import { Heading } from '../ui/Heading.tsx';
import { Changes } from './Changes.tsx';
import { Figures } from './Figures.tsx';
import { History } from './history.ts';
import { Nodes } from './Nodes.tsx';
import { Sockets } from './Sockets.tsx';

/** The whole hub, once a second. */
export function Dashboard() {
  const { t } = useTranslation();
  const notify = useNotify();
  const confirm = useConfirm();
  const [history] = useState(() => new History());
  const [live, setLive] = useState<Live>();
  const [version, setVersion] = useState(0);
  /** Where the register stood when the page opened: the list of changes begins a little before. */
  const head = useRef<Position>(undefined);

  useWatch('monitoring/live', {
    onItem: (item) => {
      if (item.kind === 'reset') notify('connection.resetLive');
      const frame = item.kind === 'event' ? item.data : item.snapshot;
      if (frame === undefined) return;
      const seq = Math.max(0, ...frame.nodes.map((node) => node.replicaSeq));
      head.current ??= { epoch: item.epoch, seq };
      history.push(frame);
      confirm(frame.at);
      setLive(frame);
      setVersion((count) => count + 1);
    },
    onAsOf: confirm,
  });

  return (
    <>
      <Heading>{t('live.title')}</Heading>
      <Figures live={live} history={history} version={version} />
      <div className="columns">
        <div>
          <Nodes nodes={live?.nodes ?? []} />
          {live && <Sockets sockets={live.sockets} />}
        </div>
        <Changes head={head.current} />
      </div>
    </>
  );
}
