import { z } from 'zod';
import { id, instant } from '../contract/fields.ts';
import { job } from '../contract/job.ts';
import { EXCLUSION_NEWS } from './life-cycle.ts';

export const exclusionJobs = {
  confirmRegistration: job({
    name: 'exclusions.confirm-registration',
    summary: 'Tells the account of an excluded person that the exclusion is in force',
    data: z.object({ exclusionId: id }),
  }),
  tellChange: job({
    name: 'exclusions.tell-change',
    summary: 'Tells the accounts of the person, and who supports them, what became of an exclusion',
    data: z.object({ exclusionId: id, news: z.enum(EXCLUSION_NEWS), endsAt: instant.nullable() }),
  }),
  forgetChecks: job({
    name: 'exclusions.forget-checks',
    summary: 'Deletes the checks that are older than the policy in force keeps them',
    data: z.object({}),
  }),
  sendReports: job({
    name: 'exclusions.send-reports',
    summary:
      'Last month’s compliance report to the regulator, and to whom each operator names its own row, each once',
    data: z.object({}),
  }),
  sendExpiryNotices: job({
    name: 'exclusions.send-expiry-notices',
    summary: 'Notices 30, 7 and 1 days before an exclusion ends, each once',
    data: z.object({}),
  }),
};
