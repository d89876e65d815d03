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
    contactPhone: p.string().nullable(),
    website: p.string().nullable(),
    licenceExpiresAt: p.datetime().nullable(),
    suspendedAt: p.datetime().nullable(),
    suspensionReason: p.string().nullable(),
    /** Of the hub itself, and no licensed operator. */
    internal: p.boolean().default(false),
  },
});

export const entities: readonly EntityName[] = [OperatorEntity];
