import { contractHash } from '@kinga/server/platform/call/contract-hash.ts';
import { asyncApiOf } from '@kinga/server/platform/http/docs/asyncapi.ts';
import { openApiOf } from '@kinga/server/platform/http/docs/openapi.ts';
import { docsPageOf } from '@kinga/server/platform/http/docs/page.ts';
import { describeContract } from '@kinga/shared/contract/describe.ts';
import { allJobs, allProcedures, allTopics } from '@kinga/shared/contract.ts';
import { describe, expect, it } from 'vitest';
import { openWorld } from './world.ts';

const contract = describeContract(allProcedures, allTopics, allJobs);
const hash = contractHash(contract);

interface Json {
  readonly [key: string]: Json;
}
const parse = (value: unknown) => JSON.parse(JSON.stringify(value)) as Json;

/** Every reference in a document must lead somewhere inside it. */
function danglingReferences(document: Json): string[] {
  const dangling: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, child] of Object.entries(value)) {
      if (key === '$ref' && typeof child === 'string') {
        const target = child
          .replace(/^#\//, '')
          .split('/')
          .reduce<unknown>((at, part) => (at === undefined ? at : Reflect.get(at as object, part)), document);
        if (target === undefined) dangling.push(child);
      } else visit(child);
    }
  };
  visit(document);
  return dangling;
}

describe('openapi.json', () => {
  const document = parse(openApiOf(contract, hash));

  it('has every procedure with its input, its answers and who may call it', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths ?? {})).toEqual(
      allProcedures.map(({ name }) => `/api/v1/${name}`).sort(),
    );
    const schemes = Object.keys(document.components?.securitySchemes ?? {});
    for (const procedure of allProcedures) {
      const operation = document.paths?.[`/api/v1/${procedure.name}`]?.post;
      expect(operation?.operationId).toBe(procedure.name);
      expect(Object.keys(operation?.responses ?? {})).toEqual(
        expect.arrayContaining(['200', '400', '401', '403', '404', '409', '413', '429', '500', '503', '504']),
      );
      expect('422' in (operation?.responses ?? {})).toBe(procedure.errors !== undefined);
      const security = Object.values(operation?.security ?? {}).flatMap((choice) => Object.keys(choice));
      expect(schemes).toEqual(expect.arrayContaining(security));
      expect(security.length === 0).toBe(procedure.access === 'public');
    }
  });

  it('refers to nothing that is not there, and to no other document', () => {
    expect(danglingReferences(document)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('$schema');
  });

  it('requires the key where the procedure does', () => {
    const headers = Object.values(document.paths?.['/api/v1/markets.placeBet']?.post?.parameters ?? {});
    expect(headers).toContainEqual(expect.objectContaining({ name: 'Idempotency-Key', required: true }));
  });
});

describe('asyncapi.json', () => {
  const document = parse(asyncApiOf(contract, hash));

  it('has every topic with its events', () => {
    expect(document.asyncapi).toBe('3.0.0');
    const channels = Object.values(document.channels ?? {});
    for (const topic of allTopics) {
      const address = topic.pattern.replace(/<(.*)>/, '{$1}');
      const channel = channels.find((candidate) => String(candidate.address) === address);
      expect(Object.keys(channel?.messages ?? {}).sort()).toEqual(Object.keys(topic.events).sort());
    }
    expect(Object.keys(document.operations ?? {})).toHaveLength(channels.length);
    expect(danglingReferences(document)).toEqual([]);
  });
});

describe('/api/docs', () => {
  const page = docsPageOf(contract, hash);

  it('speaks of every procedure, topic and declared error', () => {
    for (const { name, errors } of allProcedures) {
      expect(page).toContain(`id="${name}"`);
      for (const code of Object.keys(errors ?? {})) expect(page).toContain(code);
    }
    for (const { pattern } of allTopics) {
      expect(page).toContain(pattern.replaceAll('<', '&#60;').replaceAll('>', '&#62;'));
    }
  });

  it('needs nothing from elsewhere, and fits a phone', () => {
    expect(page).not.toMatch(/<script|stylesheet|src=|@import|url\(|href="(?![#/])/);
    expect(page).toContain('width=device-width');
  });
});

it('the documents are open to anybody', async () => {
  await using world = await openWorld();
  for (const path of ['/api/openapi.json', '/api/asyncapi.json', '/api/docs']) {
    const response = await fetch(`${world.url}${path}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(world.gateway.contractHash.slice(0, 12));
  }
});
