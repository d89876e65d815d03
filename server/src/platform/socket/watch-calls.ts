import { procedure, ROLES, SCOPES } from '@kinga/shared/contract/procedure.ts';
import type { WatchRequest } from '@kinga/shared/contract/wire.ts';
import { z } from 'zod';
import type { Call } from '../call/handler.ts';
import type { OwnProcedure } from '../call/registry.ts';
import { RunningCall } from '../call/running-call.ts';
import type { Watcher, WatcherFeed } from '../feed/watcher.ts';

const topic = z.string().min(1).max(300);
const watchInput = z.strictObject({
  topic,
  from: z.strictObject({ epoch: z.string().min(1).max(100), seq: z.number().int().nonnegative() }).optional(),
});
const unwatchInput = z.strictObject({ topic });

/** Anyone with credentials may ask; which topics they may watch is the feed's to judge. */
const access = { roles: ROLES, scopes: SCOPES } as const;

/** `watch` and `unwatch` go the way of every call: same limits, same errors, same deadlines. */
export function watchCalls(feed: WatcherFeed): OwnProcedure[] {
  return [
    {
      procedure: procedure('watch', {
        summary: 'Watch a topic, from a position if one is known',
        access,
        input: watchInput,
        output: z.unknown(),
      }),
      limit: 'watch',
      handler: (input: z.output<typeof watchInput>, call) => {
        const { topic, from } = input;
        const request: WatchRequest = from === undefined ? { topic } : { topic, from };
        const { running, watcher } = watcherOf(call);
        return feed.watch(watcher, request, () => !running.answered);
      },
    },
    {
      procedure: procedure('unwatch', {
        summary: 'Stop watching a topic',
        access,
        input: unwatchInput,
        output: z.unknown(),
      }),
      limit: 'watch',
      handler: (input: z.output<typeof unwatchInput>, call) => feed.unwatch(watcherOf(call).watcher, input),
    },
  ];
}

function watcherOf(call: Call): { running: RunningCall; watcher: Watcher } {
  const running = call instanceof RunningCall ? call : undefined;
  const watcher = running?.caller.watcher;
  if (running === undefined || watcher === undefined) throw new Error('a watch without a socket');
  return { running, watcher };
}
