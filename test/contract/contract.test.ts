import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractHash } from '@kinga/server/platform/call/contract-hash.ts';
import { type ContractDescription, describeContract } from '@kinga/shared/contract/describe.ts';
import { type Procedure, procedure } from '@kinga/shared/contract/procedure.ts';
import { PROTOCOL } from '@kinga/shared/contract/wire.ts';
import { allJobs, allProcedures, allTopics } from '@kinga/shared/contract.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { differencesBetween } from './differences.ts';

/** The contract as it was last agreed to, readable in a diff, with its hash. */
const SNAPSHOT = join(import.meta.dirname, 'contract.json');

interface Snapshot {
  readonly hash: string;
  readonly contract: ContractDescription;
}

function readSnapshot(): Snapshot {
  return JSON.parse(readFileSync(SNAPSHOT, 'utf8')) as Snapshot;
}

/** Undefined when nothing changed; otherwise what changed, and what to do about it. */
function complaintAbout(now: ContractDescription, agreed: Snapshot): string | undefined {
  if (contractHash(now) === agreed.hash) return undefined;
  const differences = differencesBetween(agreed.contract, now);
  const shown = [
    ...differences.breaking.map((text) => `  BREAKS  ${text}`),
    ...differences.additive.map((text) => `  adds    ${text}`),
  ];
  if (shown.length === 0) shown.push('  only the order in which things are declared');
  const advice =
    differences.breaking.length > 0 && now.protocol === agreed.contract.protocol
      ? [
          'Clients in use would not survive this under the same protocol. If it was not meant, undo it.',
          `If it was: raise PROTOCOL (now ${now.protocol}) in shared/src/contract/wire.ts, write an ADR in docs/adr,`,
          'then agree to the new contract:',
        ]
      : [
          'Optional fields and new procedures may be added under the same protocol. If this is all, agree to it:',
        ];
  return [
    'The wire has changed:',
    ...shown,
    ...advice,
    '  UPDATE_CONTRACT=1 npx vitest run test/contract',
  ].join('\n');
}

const described = describeContract(allProcedures, allTopics, allJobs);

describe('the contract', () => {
  beforeAll(() => {
    if (process.env.UPDATE_CONTRACT !== '1') return;
    const snapshot: Snapshot = { hash: contractHash(described), contract: described };
    writeFileSync(SNAPSHOT, `${JSON.stringify(snapshot, null, 2)}\n`);
  });

  it('is the one that was agreed to', () => {
    const complaint = complaintAbout(described, readSnapshot());
    if (complaint !== undefined) expect.fail(complaint);
  });

  it('is kept with the hash of what is kept', () => {
    const { hash, contract } = readSnapshot();
    expect(contractHash(contract)).toBe(hash);
    expect(contract.protocol).toBe(PROTOCOL);
  });
});

/** The real contract with one procedure exchanged. */
function withProcedure(name: string, change: (real: Procedure) => Procedure): ContractDescription {
  const changed = allProcedures.map((real) => (real.name === name ? change(real) : real));
  return describeContract(changed, allTopics, allJobs);
}

function withInput(name: string, shape: (real: z.ZodRawShape) => z.ZodRawShape): ContractDescription {
  return withProcedure(name, (real) => {
    if (!(real.input instanceof z.ZodObject)) throw new Error(`${name} takes no object`);
    return { ...real, input: z.strictObject(shape(real.input.shape)) };
  });
}

describe('a planted change is caught', () => {
  const agreed: Snapshot = { hash: contractHash(described), contract: described };
  const complaint = (changed: ContractDescription) => complaintAbout(changed, agreed) ?? '';

  it.each<[string, () => ContractDescription, RegExp]>([
    [
      'a field that is now required',
      () => withInput('markets.open', (shape) => ({ ...shape, venue: z.string() })),
      /BREAKS {2}procedures\.markets\.open\.input\.required: venue was added/,
    ],
    [
      'a field that is gone',
      () => withInput('markets.open', ({ question: _, ...shape }) => shape),
      /BREAKS .*markets\.open.*question/,
    ],
    [
      'a narrower text',
      () => withInput('markets.get', (shape) => ({ ...shape, id: z.string().max(3) })),
      /BREAKS .*markets\.get.*maxLength/,
    ],
    [
      'another audience',
      () => withProcedure('markets.get', (real) => ({ ...real, access: { roles: ['admin'] } })),
      /BREAKS .*markets\.get\.access/,
    ],
    [
      'a procedure that is gone',
      () =>
        describeContract(
          allProcedures.filter(({ name }) => name !== 'markets.get'),
          allTopics,
          allJobs,
        ),
      /BREAKS .*procedures\.markets\.get: was removed/,
    ],
    [
      'a topic that is gone',
      () => describeContract(allProcedures, allTopics.slice(1), allJobs),
      /BREAKS .*topics\..*: was removed/,
    ],
  ])('%s: with the advice to raise the protocol', (_what, change, expected) => {
    const text = complaint(change());
    expect(text).toMatch(expected);
    expect(text).toContain('raise PROTOCOL');
    expect(text).toContain('ADR');
  });

  it.each<[string, () => ContractDescription, RegExp]>([
    [
      'an optional field',
      () => withInput('markets.open', (shape) => ({ ...shape, venue: z.string().optional() })),
      /adds .*markets\.open\.input\.properties\.venue/,
    ],
    [
      'a new procedure',
      () =>
        describeContract(
          [
            ...allProcedures,
            procedure('markets.close', {
              summary: '',
              access: 'public',
              input: z.object({}),
              output: z.object({}),
            }),
          ],
          allTopics,
          allJobs,
        ),
      /adds .*procedures\.markets\.close/,
    ],
    [
      'another summary',
      () => withProcedure('markets.get', (real) => ({ ...real, summary: 'Other words' })),
      /adds .*markets\.get\.summary/,
    ],
  ])('%s: with the command that agrees to it', (_what, change, expected) => {
    const text = complaint(change());
    expect(text).toMatch(expected);
    expect(text).not.toContain('BREAKS');
    expect(text).toContain('UPDATE_CONTRACT=1 npx vitest run test/contract');
  });
});
