import type { Bus } from '@kinga/server/platform/feed/bus.ts';

/** Between platforms of one test: whoever has it hears what anyone publishes on it, as two nodes on one Redis. */
export function createLocalBus(): Bus {
  const handlers = new Map<string, Set<(message: string) => void>>();
  return {
    status: 'in-process',
    publish: (channel, message) => {
      for (const handler of handlers.get(channel) ?? []) queueMicrotask(() => handler(message));
    },
    subscribe: (channel, handler) => {
      const known = handlers.get(channel) ?? new Set();
      handlers.set(channel, known.add(handler));
      return () => void known.delete(handler);
    },
    close: async () => handlers.clear(),
  };
}
