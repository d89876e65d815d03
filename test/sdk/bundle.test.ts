import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';

test('the SDK runs in a browser: its bundle needs nothing of Node and carries no schemas', async () => {
  const root = fileURLToPath(new URL('../../client-sdk', import.meta.url));
  const built = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'sdk' } },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as Rolldown.RolldownOutput[];
  const chunks = outputs.flatMap((output) => output.output).filter((item) => item.type === 'chunk');
  const modules = chunks.flatMap((chunk) => chunk.moduleIds);
  expect(
    modules.filter(
      (id) => id.includes('/server/') || id.includes('/zod/') || id.includes('__vite-browser-external'),
    ),
  ).toEqual([]);
  expect(chunks.flatMap((chunk) => [...chunk.imports, ...chunk.dynamicImports])).toEqual([]);
  expect(modules.some((id) => id.endsWith('/client-sdk/src/lookups.ts'))).toBe(true);
});
