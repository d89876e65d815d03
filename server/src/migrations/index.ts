import { Migration0001Platform } from './0001-platform.ts';
import { Migration0009Jobs } from './0009-jobs.ts';

/** In order; a migration that has been released is never edited, a new one is added. */
export const migrations = [
  { name: '0001-platform', class: Migration0001Platform },
  { name: '0009-jobs', class: Migration0009Jobs },
];
