import { describeContract } from '@kinga/shared/contract/describe.ts';
import { PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';
import { allProcedures } from '@kinga/shared/contract.ts';
import { TEST_PERSONS } from '@kinga/shared/sandbox/persons.ts';
import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inputOf } from '../fuzz/arbitrary.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { sandboxKey } from './support.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 25);
const FOR_KEYS = describeContract(allProcedures, [], []).procedures.filter(
  ({ access }) => typeof access === 'object' && access.scopes !== undefined,
);
/** People whom the sandbox knows, so that more of the inputs are about somebody. */
const VALUES = TEST_PERSONS.filter(({ standing }) => standing !== 'slow').flatMap(({ identifiers }) =>
  identifiers.map(({ value }) => value),
);

let hub: TestHub;
let socket: Socket;

beforeAll(async () => {
  hub = await startTestHub();
  socket = await hub.connect(await sandboxKey(hub));
});
afterAll(() => hub[Symbol.asyncDispose]());

it.each(FOR_KEYS.map((procedure) => [procedure.name, procedure] as const))(
  'in the sandbox %s answers whatever it is given, and never with INTERNAL',
  async (name, { input, errors }) => {
    const codes = new Set([...Object.keys(PROTOCOL_ERRORS), ...Object.keys(errors)]);
    const property = fc.asyncProperty(inputOf(input, VALUES), async (given) => {
      const answer = await hub.call(socket, name, given);
      if (answer.ok) return;
      expect(codes).toContain(answer.error.code);
      expect(answer.error.code).not.toBe('INTERNAL');
    });
    await fc.assert(property, { numRuns: RUNS });
  },
);
