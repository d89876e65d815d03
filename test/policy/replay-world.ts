import { createPolicy } from '@kinga/server/domains/policy/index.ts';
import type { Period, Purpose } from '@kinga/shared/exclusions/contract.ts';
import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import type { RegisterNode } from '../exclusions/nodes.ts';
import { account } from '../exclusions/support.ts';
import { callBy } from '../support/call.ts';
import type { TestDatabase } from '../support/database.ts';
import type { Person } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { valuesWith } from './support.ts';

export const DAY_MS = 86_400_000;
export const AUTHORITY = callBy(account('regulator'));
export const EVER = { from: '2020-01-01', to: '2100-01-01' };

/** In the order of a replay's examples: by their time, which is not quite the order they were asked in. */
export function idsOf(asked: readonly { readonly checkId: string }[]): string[] {
  return asked.map(({ checkId }) => checkId).sort();
}

/** Who asks a node, and what the replay of it says. */
export async function open(database: TestDatabase, node: RegisterNode) {
  const { handlers } = createPolicy(node.platform).domain;
  const asked: { checkId: string; who: Person; purpose: Purpose; status: string }[] = [];
  return {
    handlers,
    asked,
    ask: async (who: Person, purpose: Purpose = 'login') => {
      const { checkId, status } = await node.lookup([who.byNationalId], purpose);
      asked.push({ checkId, who, purpose, status });
      return status;
    },
    /** Registered so long ago that it ends in a moment, if it does. */
    register: (who: Person, period: Period, ageMs: number) =>
      node.register([who.byNationalId], { period, startsAt: new Date(Date.now() - ageMs).toISOString() }),
    /** Never in force here: what would have been, under it? */
    hypothesis: async (change: (values: PolicyValues) => void) => {
      const input = { startsAt: '2099-01-01', values: valuesWith(change), note: 'What if' };
      const { version } = await handlers.publish(input, AUTHORITY);
      await handlers.withdraw({ version }, AUTHORITY);
      return version;
    },
    recorded: () =>
      probe(async () => {
        const { rows } = await database.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM checks');
        return rows[0]!.n >= asked.length;
      }),
    replay: async (version: number, more: { cursor?: string } = {}) =>
      handlers.replay({ version, ...EVER, ...more }, AUTHORITY),
  };
}
