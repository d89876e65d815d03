import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What the page is made of. */
const SOURCES = [
  ...['server/web/index.html', 'server/web/vite.config.ts', 'server/web/src', 'server/web/public'],
  ...['client-sdk/src', 'shared/src'],
];

/**
 * Builds the page when it was never built or is older than what it is made of. A page that cannot be built is no
 * reason to leave operators without an answer: the hub starts without it, or with the older one.
 */
export async function ensureWebPage(root: string, say: (line: string) => void): Promise<void> {
  const web = join(root, 'server', 'web');
  const built = join(web, 'dist', 'index.html');
  const newest = Math.max(...SOURCES.map((path) => newestMs(join(root, path))));
  if (newest === 0 || (existsSync(built) && statSync(built).mtimeMs >= newest)) return;
  say('Building the web page ...');
  const draft = join(root, 'node_modules', '.cache', `kinga-web-${process.pid}`);
  try {
    if (await build({ root, web, draft })) replace(join(web, 'dist'), draft);
    else say('The web page could not be built: see npm run build:web');
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Beside its place, because somebody may be looking at the old one, or building it as well. */
async function build({ root, web, draft }: { root: string; web: string; draft: string }): Promise<boolean> {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  const args = [vite, 'build', web, '--outDir', draft, '--emptyOutDir', '--logLevel', 'error'];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  return code === 0;
}

const REPLACE_ATTEMPTS_MAX = 10;

/** Between the two steps somebody else who built it may have taken one of them. */
export function replace(target: string, draft: string): void {
  const old = `${draft}.old`;
  for (let attempt = 1; ; attempt++) {
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(draft, target);
      return;
    } catch (error) {
      putBack(old, target);
      if (attempt >= REPLACE_ATTEMPTS_MAX) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function putBack(old: string, target: string): void {
  try {
    if (existsSync(old)) renameSync(old, target);
  } catch {
    // Somebody else's newer one is there.
  }
}

function newestMs(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
