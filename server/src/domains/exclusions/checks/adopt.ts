import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../../../platform/lifecycle/lock-file.ts';
import type { Logger } from '../../../platform/log/log.ts';
import { ROW_BYTES } from './row.ts';
import { type Batch, parseSegmentName, readSegment, removeSegment } from './segment.ts';

const LOCK_NAME = /^checks-(.+)\.lock$/;

/** Held for as long as the process lives; its segments are its own, and nobody else's while it does. */
export function lockPathOf(dataDir: string, node: string): string {
  return join(dataDir, `checks-${node}.lock`);
}

export interface AdoptOptions {
  readonly dataDir: string;
  /** This process's own. */
  readonly node: string;
  readonly log: Logger;
  commit(batch: Batch): Promise<void>;
}

/** Commits and deletes the segments of dead processes; those of living ones are not even looked into. */
export async function adoptSegments({ dataDir, node, log, commit }: AdoptOptions): Promise<void> {
  for (const owner of segmentsByOwner(dataDir).keys()) {
    if (owner === node) continue;
    const lock = acquireLock(lockPathOf(dataDir, owner));
    if (lock === undefined) continue;
    try {
      let checks = 0;
      // Listed again under the lock: the owner may have been alive when we looked first.
      const batches = segmentsByOwner(dataDir).get(owner) ?? [];
      for (const batch of batches.sort((a, b) => a - b)) {
        const path = join(dataDir, `checks-${owner}-${batch}.spool`);
        const segment = readSegment(path, owner);
        if (segment) {
          await commit(segment);
          checks += segment.rows.length / ROW_BYTES;
        }
        await removeSegment(path);
      }
      for (const draft of draftsOf(dataDir, owner)) await removeSegment(join(dataDir, draft));
      if (checks > 0) log.info({ owner, checks }, 'checks of a process that is gone are recorded');
    } finally {
      lock.release();
    }
  }
}

/** A process that was killed with nothing in its spool has left its lock at least. */
function segmentsByOwner(dataDir: string): Map<string, number[]> {
  const owners = new Map<string, number[]>();
  for (const name of readdirSync(dataDir)) {
    const owner = LOCK_NAME.exec(name)?.[1];
    if (owner !== undefined) owners.set(owner, owners.get(owner) ?? []);
    const parsed = parseSegmentName(name);
    if (parsed !== undefined) owners.set(parsed.node, [...(owners.get(parsed.node) ?? []), parsed.batch]);
  }
  return owners;
}

/** A batch that was being spilled when its process died: its EXCLUDED rows are in the segment it had. */
function draftsOf(dataDir: string, owner: string): string[] {
  return readdirSync(dataDir).filter(
    (name) => name.endsWith('.tmp') && parseSegmentName(name.slice(0, -'.tmp'.length))?.node === owner,
  );
}
