import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../platform/lifecycle/make-folder.ts';
import type { Channel } from './channel.ts';

/**
 * Messages as files, one JSON document each, for installations without a provider and for reading along: a
 * message handed over twice is the same file.
 */
export function fileOutbox(folder: string): Channel {
  return {
    async deliver(message) {
      makeFolder(folder);
      const path = join(folder, `${message.id}.json`);
      await writeFile(`${path}.tmp`, `${JSON.stringify(message, null, 2)}\n`, { mode: 0o600 });
      await rename(`${path}.tmp`, path);
    },
  };
}
