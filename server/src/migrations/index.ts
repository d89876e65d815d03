import { Migration0001Platform } from './0001-platform.ts';
import { Migration0002Identity } from './0002-identity.ts';
import { Migration0003Operators } from './0003-operators.ts';
import { Migration0004Exclusions } from './0004-exclusions.ts';
import { Migration0005Checks } from './0005-checks.ts';
import { Migration0006Markets } from './0006-markets.ts';
import { Migration0007Broadcasts } from './0007-broadcasts.ts';
import { Migration0008Monitoring } from './0008-monitoring.ts';
import { Migration0009Jobs } from './0009-jobs.ts';
import { Migration0010Demo } from './0010-demo.ts';

/** In order; a migration that has been released is never edited, a new one is added. */
export const migrations = [
  { name: '0001-platform', class: Migration0001Platform },
  { name: '0002-identity', class: Migration0002Identity },
  { name: '0003-operators', class: Migration0003Operators },
  { name: '0004-exclusions', class: Migration0004Exclusions },
  { name: '0005-checks', class: Migration0005Checks },
  { name: '0006-markets', class: Migration0006Markets },
  { name: '0007-broadcasts', class: Migration0007Broadcasts },
  { name: '0008-monitoring', class: Migration0008Monitoring },
  { name: '0009-jobs', class: Migration0009Jobs },
  { name: '0010-demo', class: Migration0010Demo },
];
