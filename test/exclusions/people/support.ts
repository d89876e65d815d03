import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { people } from '@kinga/shared/exclusions/people.ts';
import { beginWithQuietDays } from '../../policy/support.ts';
import { callBy } from '../../support/call.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createLocalBus } from '../../support/local-bus.ts';
import { deafBus, type RegisterNode, startNode } from '../nodes.ts';
import { account } from '../support.ts';

type InputOf<TName extends keyof typeof people> = ParsedInputOf<(typeof people)[TName]>;

export interface PeopleWorld extends AsyncDisposable {
  readonly database: TestDatabase;
  /** Where everything is written. */
  readonly node: RegisterNode;
  /** Another one, which hears of it from PostgreSQL alone. */
  readonly follower: RegisterNode;
  readonly staff: ReturnType<typeof staffOf>;
  hexOf(identifier: Identifier): string;
  /** The records known by it. */
  ownersOf(identifier: Identifier): Promise<string[]>;
}

export async function openPeople({ quietDays = 0 } = {}): Promise<PeopleWorld> {
  const database = await createTestDatabase();
  if (quietDays > 0) await beginWithQuietDays(database, quietDays);
  const node = await startNode(database, { bus: createLocalBus() });
  const follower = await startNode(database, { bus: deafBus() });
  const hexOf = (identifier: Identifier) =>
    keysOf(node.platform.crypto, [identifier], 'test')[0]!.key.toString('hex');
  return {
    database,
    node,
    follower,
    staff: staffOf(node),
    hexOf,
    ownersOf: async (identifier) => {
      const { rows } = await database.pool.query<{ person_id: string }>(
        `SELECT person_id FROM identifiers WHERE key = decode($1, 'hex') ORDER BY person_id`,
        [hexOf(identifier)],
      );
      return rows.map((row) => row.person_id);
    },
    [Symbol.asyncDispose]: async () => {
      await follower[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** What an administrator can do about people, on this node. */
function staffOf({ exclusions }: RegisterNode) {
  const { handlers } = exclusions.domain;
  const admin = () => callBy(account('admin'));
  return {
    getPerson: async (id: string) => handlers.getPerson({ id }, admin()),
    findPeople: async (identifiers: Identifier[]) => handlers.findPeople({ identifiers }, admin()),
    addIdentifier: async (input: InputOf<'addIdentifier'>) => handlers.addIdentifier(input, admin()),
    removeIdentifier: async (personId: string, identifier: Identifier) =>
      handlers.removeIdentifier({ personId, identifier, reason: 'given by mistake' }, admin()),
    correctPerson: async (input: InputOf<'correctPerson'>) => handlers.correctPerson(input, admin()),
    mergePeople: async (keepId: string, mergeId: string) =>
      handlers.mergePeople({ keepId, mergeId, reason: 'one person, two cards' }, admin()),
    unmergePeople: async (mergeId: string) => handlers.unmergePeople({ mergeId }, admin()),
    listForReview: async () => handlers.listForReview({}, admin()),
    resolveReview: async (id: string, decision: 'same' | 'different') =>
      handlers.resolveReview({ id, decision, reason: 'looked at both' }, admin()),
  };
}
