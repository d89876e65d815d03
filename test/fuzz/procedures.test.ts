import { describeContract } from '@kinga/shared/contract/describe.ts';
import { httpStatusOf, PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import { ROLES, SCOPES, type Scope } from '@kinga/shared/contract/procedure.ts';
import { allProcedures } from '@kinga/shared/contract.ts';
import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credentials } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson } from '../support/people.ts';
import { inputOf } from './arbitrary.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 25);
/** These end the sessions that the others need. */
const ENDS_SESSIONS = new Set(['identity.logout']);

const described = describeContract(allProcedures, [], []);
const knownIds = new Set<string>();
const sockets = new Map<string, Socket>();
const credentials = new Map<string, Credentials>();
let hub: TestHub;
let spared: string | undefined;

beforeAll(async () => {
  hub = await startTestHub({ limits: { anonymousPerHour: 1_000_000 } });
  await renew();
});

/** Fuzzing signs people out, suspends and revokes: whoever is gone comes back. */
async function renew(): Promise<void> {
  // Nobody could be brought back without the first administrator: another one is fuzzed, who knows no session of it.
  spared = (await hub.admin()).account.id;
  for (const role of ROLES) {
    credentials.set(role, await hub.account(role, { identifiers: newPerson().identifiers }));
  }
  credentials.set('key', await hub.operatorKey([...SCOPES] as Scope[]));
  credentials.set('anonymous', {});
  for (const socket of sockets.values()) socket.disconnect();
  for (const [name, { token, apiKey }] of credentials) {
    sockets.set(name, await hub.connect({ ...(token ? { token } : {}), ...(apiKey ? { apiKey } : {}) }));
  }
}

afterAll(() => hub?.[Symbol.asyncDispose]());

/**
 * A socket of this caller that the hub listens to: whoever was ended by the call before may not have heard of it yet,
 * and gets no answer any more.
 */
async function socketOf(caller: string): Promise<Socket> {
  if (!(await isHeard(sockets.get(caller) as Socket))) await renew();
  return sockets.get(caller) as Socket;
}

async function isHeard(socket: Socket): Promise<boolean> {
  if (!socket.connected) return false;
  return await hub.call(socket, 'identity.signInWays').then(
    () => true,
    () => false,
  );
}

/** Who gets furthest with it: somebody who may call it. */
function callersOf(procedure: (typeof described.procedures)[number]): string[] {
  const { access } = procedure;
  if (access === 'public') return ['anonymous', 'citizen'];
  if (access === 'signedIn') return ['citizen', 'admin'];
  return [...(access.roles ?? []), ...(access.scopes ? ['key'] : [])];
}

function harvest(value: unknown): void {
  if (typeof value === 'string') {
    if (value !== spared && /^[a-z]{2,5}_[\w-]{8,60}$/.test(value)) knownIds.add(value);
  } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(harvest);
}

describe.each(described.procedures.filter(({ name }) => !ENDS_SESSIONS.has(name)))('$name', (procedure) => {
  const codes = new Set([...Object.keys(PROTOCOL_ERRORS), ...Object.keys(procedure.errors)]);

  it('answers whatever it is given, and never with INTERNAL', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...callersOf(procedure)),
        inputOf(procedure.input, [...knownIds].slice(-50)),
        fc.option(fc.string({ minLength: 1, maxLength: 30 }), { nil: undefined }),
        async (caller, input, idempotencyKey) => {
          const socket = await socketOf(caller);
          const meta = idempotencyKey === undefined ? undefined : { idempotencyKey };
          const answer = await hub.call(socket, procedure.name, input, meta);
          if (answer.ok) return harvest(answer.data);
          expect(codes).toContain(answer.error.code);
          expect(answer.error.code).not.toBe('INTERNAL');
          expect(httpStatusOf(answer.error.code)).not.toBe(500);
          if (answer.error.code === 'INVALID_INPUT') expect(answer.error.details?.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});
