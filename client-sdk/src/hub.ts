import { Calls } from './calls.ts';
import { follow } from './changes.ts';
import { Connection } from './connection.ts';
import { Emitter } from './emitter.ts';
import { HubError } from './errors.ts';
import { Lookups } from './lookups.ts';
import { makeCall, proceduresOver } from './procedures.ts';
import type { ConnectOptions, Hub, HubControls, HubEvents } from './types.ts';
import { Watches } from './watches.ts';

const DEADLINE_MS = 10_000;

/** Everything behind one hub object, wired by hand; nothing runs before `connection.open()`. */
export function createHub(options: ConnectOptions): { hub: Hub; connection: Connection } {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const events = new Emitter<HubEvents>();
  const calls = new Calls();
  const watches = new Watches(calls, deadlineMs);
  const renew = makeCall(calls, 'identity.renew', deadlineMs);
  const connection: Connection = new Connection(options, {
    up: (link, hello) => {
      calls.up(link, hello.limits?.unansweredCalls);
      watches.up();
      connection.credentials.keepFresh(hello.serverTime, (accessToken) => renew({ accessToken }));
    },
    // The feeds first: they will ask again by themselves, and must not hear that their question was lost.
    down: (error) => {
      watches.down();
      calls.down(error);
    },
    state: (state, error) => {
      if (state === 'closed' && error !== undefined) {
        watches.close(error.code === CLOSED ? undefined : error);
        calls.close(error.code === CLOSED ? new HubError('UNAVAILABLE', error.message) : error);
      }
      events.emit('state', state, error?.code === CLOSED ? undefined : error);
    },
    bye: (bye) => events.emit('bye', bye),
    event: (event) => watches.event(event),
    reset: (reset) => watches.reset(reset),
    heartbeat: (heartbeat) => {
      watches.heartbeat(heartbeat);
      events.emit('heartbeat', heartbeat);
    },
  });
  const close = () => {
    connection.close(new HubError(CLOSED, 'This hub connection was closed'));
    return Promise.resolve();
  };
  const procedures = proceduresOver(calls, new Lookups(calls, deadlineMs), deadlineMs);
  const controls: HubControls = {
    get state() {
      return connection.state;
    },
    get hello() {
      return connection.hello;
    },
    watch: (topic, watchOptions) => watches.watch(topic, watchOptions),
    changes: {
      follow: (followOptions) =>
        follow(
          { operators: () => procedures.operators, watch: (topic, given) => watches.watch(topic, given) },
          followOptions,
        ),
    },
    on: (name, listener) => events.on(name, listener),
    close,
    [Symbol.asyncDispose]: close,
  };
  return { hub: Object.create(procedures, Object.getOwnPropertyDescriptors(controls)), connection };
}

/** Not a failure: the application itself closed the connection. */
const CLOSED = 'CLOSED';
