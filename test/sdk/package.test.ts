import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const repo = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(repo, 'node_modules/.bin/tsc');

const CONSUMER = `
import { connect, HubError } from '@kinga/client-sdk';
const failed: unknown = await connect({ url: 'http://127.0.0.1:1', connectDeadlineMs: 50 }).catch((error: unknown) => error);
if (!(failed instanceof HubError) || failed.code !== 'UNAVAILABLE') throw new Error('no HubError');
export async function check(): Promise<'EXCLUDED' | 'CLEAR' | 'UNKNOWN'> {
  await using hub = await connect({ url: 'http://127.0.0.1:1' });
  const { status } = await hub.exclusions.lookup({ identifiers: [{ type: 'phone', value: '0712' }], purpose: 'bet' });
  return status;
}
`;

test('the published package runs and type-checks outside this repository', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinga-sdk-'));
  try {
    const modules = join(folder, 'node_modules');
    const outDir = join(modules, '@kinga/client-sdk');
    mkdirSync(join(modules, '@types'), { recursive: true });
    execFileSync(process.execPath, [join(repo, 'client-sdk/stage.ts')]);
    execFileSync(tsc, ['-p', join(repo, 'client-sdk/tsconfig.build.json')]);
    cpSync(join(repo, 'client-sdk/dist'), outDir, { recursive: true });
    for (const name of readdirSync(join(repo, 'node_modules'))) {
      if (!name.startsWith('@') && !name.startsWith('.') && !existsSync(join(modules, name))) {
        symlinkSync(join(repo, 'node_modules', name), join(modules, name));
      }
    }
    symlinkSync(join(repo, 'node_modules/@socket.io'), join(modules, '@socket.io'));
    writeFileSync(join(folder, 'consumer.mts'), CONSUMER);
    const strict = [
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--lib',
      'es2024,esnext.disposable,dom',
    ];
    execFileSync(tsc, [...strict, '--types', '', '--outDir', folder, join(folder, 'consumer.mts')], {
      cwd: folder,
    });
    expect(execFileSync(process.execPath, [join(folder, 'consumer.mjs')], { encoding: 'utf8' })).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
