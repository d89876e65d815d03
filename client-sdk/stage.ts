import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Prepares the package to publish: the SDK's sources and the shared contract's side by side in `dist/src`,
 * importing each other by relative paths. The workspace's name for the contract would lead nowhere outside
 * this repository, and the compiler rewrites relative imports only.
 */
function stage(): void {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const dist = join(here, 'dist');
  rmSync(dist, { recursive: true, force: true });
  copy(join(here, 'src'), join(dist, 'src/client-sdk'));
  copy(join(here, '../shared/src'), join(dist, 'src/shared'));
  const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')) as Manifest;
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published(manifest), null, 2)}\n`);
}

function copy(from: string, to: string): void {
  const shared = join(to, '../shared');
  for (const name of readdirSync(from, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const target = join(to, name);
    const toShared = relative(dirname(target), shared);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(
      target,
      readFileSync(join(from, name), 'utf8').replaceAll("'@kinga/shared/", `'${toShared}/`),
    );
  }
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

function published({ name, version, dependencies }: Manifest) {
  const { '@kinga/shared': _staged, ...others } = dependencies;
  return {
    name,
    version,
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './lib/client-sdk/index.d.ts', default: './lib/client-sdk/index.js' } },
    dependencies: others,
  };
}

stage();
