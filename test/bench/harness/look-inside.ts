/**
 * Loaded before a server under test (`--import`, with `--expose-gc`): answers what the process holds and has
 * used, after a collection, so that garbage is not counted as somebody's memory.
 */
export interface Inside {
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly cpuMicros: number;
}

process.on('message', (message) => {
  if (message !== 'look inside') return;
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ rssBytes: rss, heapBytes: heapUsed, externalBytes: external, cpuMicros: user + system });
});
// It must not keep alive what would end by itself.
process.channel?.unref();
