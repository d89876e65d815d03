import { createOperatorStaff } from '@kinga/server/domains/identity/operator-staff.ts';
import { createOperators, entities, type Operators } from '@kinga/server/domains/operators/index.ts';
import { createPropagation } from '@kinga/server/domains/propagation/index.ts';
import { createRevocations, type Revocations } from '@kinga/server/platform/revocations/revocations.ts';
import type { Scope } from '@kinga/shared/contract/procedure.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform, type TestPlatform, type TestPlatformOptions } from '../support/platform.ts';

export interface OperatorsNode extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly revocations: Revocations;
  readonly operators: Operators;
}

export async function startOperatorsNode(
  database: TestDatabase,
  options: TestPlatformOptions = {},
): Promise<OperatorsNode> {
  const platform = await createTestPlatform(database, { entities, ...options });
  const revocations = createRevocations(platform);
  await revocations.start?.();
  const { operatorHandlers: propagation, operatorReinstated: onReinstated } = createPropagation(platform, {
    watchedByKeys: () => [],
  });
  return {
    platform,
    revocations,
    operators: createOperators(platform, {
      revocations,
      staff: createOperatorStaff(platform, revocations),
      propagation,
      onReinstated,
    }),
    [Symbol.asyncDispose]: async () => {
      await revocations.stop?.();
      await platform[Symbol.asyncDispose]();
    },
  };
}

export async function startOperators() {
  const database = await createTestDatabase();
  const node = await startOperatorsNode(database);
  return {
    ...node,
    database,
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

let operatorsMade = 0;

export function newOperator(operators: Operators) {
  const number = ++operatorsMade;
  return operators.createOperator(
    {
      name: `Bahati ${number}`,
      licenceNo: `BCLB-${number}`,
      contactEmail: `ops${number}@example.co.ke`,
    },
    { actor: 'system' },
  );
}

export async function newKey(operators: Operators, scopes: Scope[] = ['exclusions:lookup']) {
  const operator = await newOperator(operators);
  const key = await operators.issueKey(
    { operatorId: operator.id, label: 'a till', scopes },
    { actor: 'system' },
  );
  return { ...key, operator };
}
