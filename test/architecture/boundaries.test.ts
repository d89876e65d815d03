import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  cycleIn,
  DOMAIN_TABLE,
  domainViolations,
  type SourceFile,
  tidyViolations,
  wingViolations,
} from './rules.ts';
import { sources, tracked } from './sources.ts';

const planted = (path: string, text: string): SourceFile[] => [{ path, text }];

describe('the wings', () => {
  it('import only what the table allows', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(wingViolations(sources)).toEqual([]);
  });

  it.each([
    ['shared/src/a.ts', `import { x } from '@kinga/server/hub.ts';`],
    ['shared/src/a.ts', `import { readFile } from 'node:fs';`],
    ['client-sdk/src/a.ts', `import { x } from '../../server/src/hub.ts';`],
    ['server/src/a.ts', `const x = await import('@kinga/workers/main.ts');`],
    ['server/web/src/a.tsx', `export { x } from '@kinga/server/config.ts';`],
  ])('a planted violation in %s is caught: %s', (path, text) => {
    expect(wingViolations(planted(path, text))).toHaveLength(1);
  });
});

describe('the domains', () => {
  it('enter each other by the front door, as the table says', () => {
    expect(domainViolations(sources)).toEqual([]);
  });

  it('the table names every domain there is, and is acyclic', () => {
    const domains = new Set(
      sources.flatMap(({ path }) => /^server\/src\/domains\/([^/]+)\//.exec(path)?.[1] ?? []),
    );
    expect(Object.keys(DOMAIN_TABLE).sort()).toEqual([...domains].sort());
    expect(cycleIn(DOMAIN_TABLE)).toBeUndefined();
  });

  it.each([
    ['server/src/domains/markets/a.ts', `import { x } from '../ledger/posting.ts';`],
    ['server/src/domains/ledger/a.ts', `import { x } from '../markets/index.ts';`],
    ['server/src/platform/feed/a.ts', `import { x } from '../../domains/markets/index.ts';`],
  ])('a planted violation in %s is caught: %s', (path, text) => {
    expect(domainViolations(planted(path, text))).toHaveLength(1);
  });

  it('a planted cycle is caught', () => {
    expect(cycleIn({ a: ['b'], b: ['c'], c: ['a'] })).toEqual(['a', 'b', 'c', 'a']);
  });
});

describe('tidiness', () => {
  it('holds in every source file', () => {
    expect(tidyViolations(sources)).toEqual([]);
  });

  it.each([
    ['x\n'.repeat(401)],
    ['const port = process.env.PORT;'],
    ['const dice = Math.random();'],
    ['// @ts-ignore'],
  ])('a planted violation is caught: %.30s', (text) => {
    expect(tidyViolations(planted('server/src/platform/a.ts', text))).toHaveLength(1);
  });
});

describe('the documents', () => {
  const documents = tracked.filter((path) => path.endsWith('.md'));
  const broken = (path: string, text: string) =>
    [...text.matchAll(/(?:\]\(|`)((?:\.\/)?(?:server|shared|client-sdk|workers|test|docs|\.ci)\/[\w./-]+)/g)]
      .map((match) => (match[1] ?? '').replace(/^\.\//, '').replace(/[./]+$/, ''))
      .filter((cited) => !cited.includes('/dist') && !existsSync(cited))
      .map((cited) => `${path}: ${cited}`);

  it('cite only paths that exist', () => {
    expect(documents.flatMap((path) => broken(path, readFileSync(path, 'utf8')))).toEqual([]);
  });

  it('a planted dead path is caught', () => {
    expect(broken('README.md', 'see `server/src/nowhere.ts`')).toHaveLength(1);
  });
});
