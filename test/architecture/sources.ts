import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { SourceFile } from './rules.ts';

/** Every file of the repository, from its root. */
export const tracked: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(path));

/** The product's own code. */
export const sources: readonly SourceFile[] = tracked
  .filter(
    (path) =>
      /^(shared|client-sdk|server|workers)\/(web\/)?src\/.*\.tsx?$/.test(path) && !path.endsWith('.d.ts'),
  )
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
