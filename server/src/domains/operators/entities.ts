import type { Scope } from '@kinga/shared/contract/procedure.ts';
import { defineEntity, type EntityName, p } from '@mikro-orm/core';

export const OperatorEntity = defineEntity({
  name: 'Operator',
  tableName: 'operators',
  properties: {
    id: p.string().primary(),
    name: p.string(),
    licenceNo: p.string(),
    contactEmail: p.string(),
    createdAt: p.datetime(),
  },
});

export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  properties: {
    id: p.string().primary(),
    /** The operator. */
    tenantId: p.string(),
    label: p.string(),
    scopes: p.array((text) => text as Scope),
    keyDigest: p.string(),
    createdAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
  },
});

export const entities: readonly EntityName[] = [OperatorEntity, ApiKeyEntity];
