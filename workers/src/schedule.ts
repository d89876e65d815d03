import { analyticsJobs } from '@kinga/shared/analytics/jobs.ts';
import { exclusionJobs } from '@kinga/shared/exclusions/jobs.ts';
import { operatorJobs } from '@kinga/shared/operators/jobs.ts';
import { petitionJobs } from '@kinga/shared/petitions/jobs.ts';
import { propagationJobs } from '@kinga/shared/propagation/jobs.ts';
import { sandboxJobs } from '@kinga/shared/sandbox/jobs.ts';
import { tokenJobs } from '@kinga/shared/tokens/jobs.ts';

export interface Scheduled {
  readonly job: string;
  /** Minute, hour, day of month, month, day of week. */
  readonly cron: string;
  readonly timeZone: string;
  readonly why: string;
}

const NAIROBI = 'Africa/Nairobi';

/** What happens by itself, and when. One row a job: its name is the key in the database. */
export const schedule: readonly Scheduled[] = [
  {
    job: exclusionJobs.sendExpiryNotices.name,
    cron: '0 9 * * *',
    timeZone: NAIROBI,
    why: 'In the morning, when people read what they are told',
  },
  {
    job: exclusionJobs.sendReports.name,
    cron: '0 8 1-5 * *',
    timeZone: NAIROBI,
    why: 'On the first of the month; the days after it for what an outage kept back',
  },
  {
    job: analyticsJobs.computeDaily.name,
    cron: '15 0 * * *',
    timeZone: NAIROBI,
    why: 'After midnight, with a quarter of an hour for what waits in spools',
  },
  {
    job: operatorJobs.checkLicences.name,
    cron: '30 3 * * *',
    timeZone: NAIROBI,
    why: 'Every night, so that who is told a licence ends has the whole day for it',
  },
  {
    job: operatorJobs.checkKeys.name,
    cron: '35 3 * * *',
    timeZone: NAIROBI,
    why: 'Every night, after the licences, for the same reason',
  },
  {
    job: operatorJobs.scoreCompliance.name,
    cron: '10 4 * * *',
    timeZone: NAIROBI,
    why: 'Every night, when the checks of the day before are counted for good',
  },
  {
    job: operatorJobs.countChecks.name,
    cron: '25 * * * *',
    timeZone: NAIROBI,
    why: 'Every hour, so that today’s figures are an hour old at most',
  },
  {
    job: petitionJobs.checkWindows.name,
    cron: '0 7 * * *',
    timeZone: NAIROBI,
    why: 'In the morning, so that whoever decides petitions begins the day with those that waited too long',
  },
  {
    job: tokenJobs.sync.name,
    cron: '* * * * *',
    timeZone: NAIROBI,
    why: 'Every minute: a person is found by what the register knows of them, also by a new SIM',
  },
  {
    job: exclusionJobs.forgetChecks.name,
    cron: '10 2 * * *',
    timeZone: NAIROBI,
    why: 'Every night, so that each time there is a day to delete, while few ask',
  },
  {
    job: propagationJobs.prune.name,
    cron: '50 2 * * *',
    timeZone: NAIROBI,
    why: 'Every night, when the database has nothing else to do',
  },
  {
    job: sandboxJobs.prune.name,
    cron: '55 2 * * *',
    timeZone: NAIROBI,
    why: 'Every night: nobody asks about the sandbox of last week',
  },
  {
    job: 'feed.prune',
    cron: '40 * * * *',
    timeZone: NAIROBI,
    why: 'Every hour, so that each time there is little to delete',
  },
];
