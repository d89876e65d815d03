import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What the page is made of. */
const SOURCES = ['server/web/index.html', 'server/web/vite.config.ts', 'server/web/src', 'server/web/public'];
const SHARED_SOURCES = ['client-sdk/src', 'shared/src'];

/** Builds the page when it was never built or is older than what it is made of. */
export async function ensureWebPage(root: string, say: (line: string) => void): Promise<void> {
  const web = join(root, 'server', 'web');
  const built = join(web, 'dist', 'index.html');
  if (!existsSync(join(web, 'index.html'))) return;
  const newest = Math.max(...[...SOURCES, ...SHARED_SOURCES].map((path) => newestMs(join(root, path))));
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  say('Building the web page ...');
  await build(root, web);
}

/** Beside its place, then moved there: somebody may be looking at the old one, or building it as well. */
async function build(root: string, web: string): Promise<void> {
  const draft = join(web, `dist.${process.pid}`);
  const old = `${draft}.old`;
  try {
    const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
    const args = [vite, 'build', web, '--outDir', draft, '--emptyOutDir', '--logLevel', 'error'];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`the web page could not be built (npm run build:web shows why)`);
    if (existsSync(join(web, 'dist'))) renameSync(join(web, 'dist'), old);
    renameSync(draft, join(web, 'dist'));
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}

function newestMs(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
