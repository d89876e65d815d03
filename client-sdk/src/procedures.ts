import { REPEATABLE } from '@kinga/shared/repeatable.ts';
import type { Calls } from './calls.ts';
import type { Lookups } from './lookups.ts';
import type { KeyedCallOptions, Procedures } from './types.ts';

type AnyCall = (input?: unknown, options?: KeyedCallOptions) => Promise<unknown>;

const repeatable: ReadonlySet<string> = new Set(REPEATABLE);

/** Sends one call and waits for its answer. */
export function makeCall(calls: Calls, procedure: string, deadlineMsDefault: number): AnyCall {
  const mayRepeat = repeatable.has(procedure);
  return (input = {}, options = {}) =>
    new Promise((resolve, reject) => {
      const { signal, idempotencyKey, deadlineMs } = options;
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        if (pending !== undefined) calls.forget(pending);
        reject(signal?.reason);
      };
      const done = () => signal?.removeEventListener('abort', abort);
      const pending = calls.send({
        procedure,
        input,
        idempotencyKey,
        repeatable: mayRepeat,
        deadlineMs: deadlineMs ?? deadlineMsDefault,
        tellDeadline: deadlineMs !== undefined,
        succeed: (data) => {
          done();
          resolve(data);
        },
        fail: (error) => {
          done();
          reject(error);
        },
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
}

/**
 * The contract's procedures without the contract: its names are types only, so that no schema has to travel
 * to a browser. A domain and a procedure come to be when they are first named, and stay.
 */
export function proceduresOver(calls: Calls, lookups: Lookups, deadlineMs: number): Procedures {
  const domains = onDemand((domain) =>
    onDemand((name) =>
      domain === 'exclusions' && name === 'lookup'
        ? lookups.lookup.bind(lookups)
        : makeCall(calls, `${domain}.${name}`, deadlineMs),
    ),
  );
  return domains as Procedures;
}

/** Names that the language and its tools ask any object for; they must not look like procedures. */
const NOT_A_NAME: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor', 'prototype', 'inspect']);

function onDemand(make: (name: string) => unknown): Record<string, unknown> {
  return new Proxy<Record<string, unknown>>(Object.create(null), {
    get(made, name) {
      if (typeof name !== 'string') return undefined;
      const known = made[name];
      if (known !== undefined) return known;
      if (NOT_A_NAME.has(name) || !/^[a-z][A-Za-z]*$/.test(name)) return undefined;
      made[name] = make(name);
      return made[name];
    },
  });
}
