import type { ContractDescription, JsonSchema } from '@kinga/shared/contract/describe.ts';
import { DECLARED_ERROR_STATUS, PROTOCOL_ERRORS } from '@kinga/shared/contract/errors.ts';

type ProcedureDescription = ContractDescription['procedures'][number];

const PROTOCOL_STATUSES = [...new Set(Object.values(PROTOCOL_ERRORS).map((error) => error.status))];

/** OpenAPI 3.1 of the HTTP mirror, made from the contract and from nothing else. */
export function openApiOf(contract: ContractDescription, contractHash: string): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kinga',
      version: String(contract.protocol),
      summary: 'Every procedure of the hub over HTTP; the same calls travel on a socket (see asyncapi.json)',
      'x-contract-hash': contractHash,
    },
    servers: [{ url: '/' }],
    tags: domainsOf(contract).map((name) => ({ name })),
    paths: Object.fromEntries(
      contract.procedures.map((procedure) => [
        `/api/v1/${procedure.name}`,
        { post: operationOf(procedure, responsesOf(procedure)) },
      ]),
    ),
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
      schemas: { Error: errorSchema() },
      headers: {
        RequestId: { description: 'The id of this request, also in the log', schema: { type: 'string' } },
        RetryAfter: { description: 'Seconds until the call may be sent again', schema: { type: 'integer' } },
      },
    },
  };
}

export function domainsOf(contract: ContractDescription): string[] {
  return [...new Set(contract.procedures.map((procedure) => procedure.name.split('.')[0] ?? ''))];
}

/** JSON Schema without the marker that belongs to a document of its own. */
export function embedded({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function operationOf(procedure: ProcedureDescription, responses: JsonSchema): JsonSchema {
  return {
    operationId: procedure.name,
    tags: [procedure.name.split('.')[0]],
    summary: procedure.summary,
    security: securityOf(procedure.access),
    'x-access': procedure.access,
    'x-limit': procedure.limit,
    parameters: parametersOf(procedure),
    requestBody: { required: true, content: { 'application/json': { schema: embedded(procedure.input) } } },
    responses,
  };
}

function securityOf(access: ProcedureDescription['access']): JsonSchema[] {
  if (access === 'public') return [];
  if (access === 'signedIn') return [{ accessToken: [] }];
  return [
    ...(access.roles === undefined ? [] : [{ accessToken: [] }]),
    ...(access.scopes === undefined ? [] : [{ apiKey: [] }]),
  ];
}

function parametersOf(procedure: ProcedureDescription): JsonSchema[] {
  const deadline = {
    name: 'X-Deadline-Ms',
    in: 'header',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: 60_000 },
  };
  if (procedure.idempotency === null) return [deadline];
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: procedure.idempotency === 'required',
    schema: { type: 'string', minLength: 1, maxLength: 200 },
  };
  return [key, deadline];
}

function responsesOf(procedure: ProcedureDescription): JsonSchema {
  const responses: Record<string, JsonSchema> = {
    200: {
      description: 'Done',
      headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } },
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { ok: { const: true }, data: embedded(procedure.output) },
            required: ['ok', 'data'],
          },
        },
      },
    },
  };
  for (const status of PROTOCOL_STATUSES) {
    const codes = Object.entries(PROTOCOL_ERRORS).filter(([, error]) => error.status === status);
    responses[status] = errorResponse(codes.map(([code]) => code));
  }
  const declared = Object.keys(procedure.errors);
  if (declared.length > 0) responses[DECLARED_ERROR_STATUS] = errorResponse(declared);
  return responses;
}

function errorResponse(codes: readonly string[]): JsonSchema {
  return {
    description: codes.join(', '),
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      'Retry-After': { $ref: '#/components/headers/RetryAfter' },
    },
    content: {
      'application/json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Error' },
            { properties: { error: { properties: { code: { enum: codes } } } } },
          ],
        },
      },
    },
  };
}

function errorSchema(): JsonSchema {
  return {
    type: 'object',
    properties: {
      ok: { const: false },
      error: {
        type: 'object',
        properties: {
          code: { type: 'string' },
          message: { type: 'string' },
          details: {
            type: 'array',
            items: {
              type: 'object',
              properties: { path: { type: 'string' }, message: { type: 'string' } },
              required: ['path', 'message'],
            },
          },
          retryAfterMs: { type: 'integer' },
          requestId: { type: 'string' },
        },
        required: ['code', 'message', 'requestId'],
      },
    },
    required: ['ok', 'error'],
  };
}
