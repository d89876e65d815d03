import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** One by one: where none can be made, e.g. in /proc, Node's own recursion never ends. */
export function makeFolder(path: string): void {
  if (!existsSync(dirname(path))) makeFolder(dirname(path));
  try {
    // Others may pass through, not look: below it, the embedded PostgreSQL runs as another user.
    mkdirSync(path, { mode: 0o711 });
  } catch (error) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
