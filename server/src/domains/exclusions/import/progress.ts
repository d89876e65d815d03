import { SingleBar } from 'cli-progress';
import type { Counts } from './importer.ts';

export interface Progress {
  update(bytesRead: number, counts: Counts): void;
  end(): void;
}

const LINE_MS = 2_000;

/** A bar on a terminal, a plain line now and then elsewhere. */
export function createProgress(bytesTotal: number, out: NodeJS.WriteStream): Progress {
  return out.isTTY ? createBar(bytesTotal, out) : createLines(bytesTotal, out);
}

function createBar(bytesTotal: number, out: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {rows} rows | {perSecond}/s | {rejected} rejected | ETA {eta_formatted}',
    hideCursor: true,
    stream: out,
    fps: 5,
    clearOnComplete: true,
  });
  const startedAt = performance.now();
  bar.start(Math.max(1, bytesTotal), 0, { rows: 0, perSecond: 0, rejected: 0 });
  return {
    update: (bytesRead, { rows, rejected }) =>
      bar.update(Math.min(bytesRead, bytesTotal), { rows, rejected, perSecond: perSecond(rows, startedAt) }),
    end: () => bar.stop(),
  };
}

function createLines(bytesTotal: number, out: NodeJS.WriteStream): Progress {
  const startedAt = performance.now();
  let saidAt = startedAt;
  return {
    update: (bytesRead, { rows, rejected }) => {
      if (performance.now() - saidAt < LINE_MS) return;
      saidAt = performance.now();
      const percent = Math.floor((100 * bytesRead) / Math.max(1, bytesTotal));
      out.write(`${percent} %, ${rows} rows, ${perSecond(rows, startedAt)}/s, ${rejected} rejected\n`);
    },
    end: () => {},
  };
}

function perSecond(rows: number, startedAt: number): number {
  return Math.round((1_000 * rows) / Math.max(1, performance.now() - startedAt));
}
