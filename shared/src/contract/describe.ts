import { z } from 'zod';
import type { Job } from './job.ts';
import type { Procedure } from './procedure.ts';
import type { Topic } from './topic.ts';
import { PROTOCOL } from './wire.ts';

/**
 * The whole contract as plain JSON, in a stable order: what the contract hash is taken of and what the API
 * documents are made from. Refinements have no JSON Schema: whoever changes one bumps `REFINEMENTS`.
 */
export function describeContract(
  procedures: readonly Procedure[],
  topics: readonly Topic[],
  jobs: readonly Job[],
): ContractDescription {
  return {
    protocol: PROTOCOL,
    refinements: REFINEMENTS,
    procedures: sorted(procedures, (procedure) => procedure.name).map((procedure) => ({
      name: procedure.name,
      summary: procedure.summary,
      access: procedure.access,
      ...(procedure.grantable === false ? { grantable: false as const } : {}),
      idempotency: procedure.idempotency ?? null,
      limit: procedure.limit ?? 'person',
      errors: procedure.errors ?? {},
      input: schemaOf(procedure.input, 'input'),
      output: schemaOf(procedure.output, 'output'),
    })),
    topics: sorted(topics, (topic) => topic.pattern).map((topic) => ({
      pattern: topic.pattern,
      kind: topic.kind,
      summary: topic.summary,
      access: topic.access,
      retentionDays: topic.retentionDays ?? null,
      events: Object.fromEntries(
        sorted(Object.entries(topic.events), ([type]) => type).map(([type, schema]) => [
          type,
          schemaOf(schema, 'output'),
        ]),
      ),
    })),
    jobs: sorted(jobs, (job) => job.name).map((job) => ({
      name: job.name,
      data: schemaOf(job.data, 'output'),
    })),
  };
}

/** Raised by hand when a refinement or a transform changes, because JSON Schema does not show them. */
const REFINEMENTS = 2;

export type JsonSchema = Record<string, unknown>;
export interface ContractDescription {
  readonly protocol: number;
  readonly refinements: number;
  readonly procedures: readonly {
    readonly name: string;
    readonly summary: string;
    readonly access: Procedure['access'];
    readonly grantable?: false;
    readonly idempotency: 'accepted' | 'required' | null;
    readonly limit: string;
    readonly errors: NonNullable<Procedure['errors']>;
    readonly input: JsonSchema;
    readonly output: JsonSchema;
  }[];
  readonly topics: readonly {
    readonly pattern: string;
    readonly kind: string;
    readonly summary: string;
    readonly access: Topic['access'];
    readonly retentionDays: number | null;
    readonly events: Readonly<Record<string, JsonSchema>>;
  }[];
  readonly jobs: readonly { readonly name: string; readonly data: JsonSchema }[];
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    // Optional fields may be added to an answer under the same protocol: a reader must not refuse them.
    override: ({ jsonSchema }) => {
      if (io === 'output') delete jsonSchema.additionalProperties;
    },
  }) as JsonSchema;
}

function sorted<TItem>(items: readonly TItem[], keyOf: (item: TItem) => string): TItem[] {
  return [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
