import { z } from 'zod';
import { id } from '../contract/fields.ts';
import { job } from '../contract/job.ts';

export const exclusionJobs = {
  confirmRegistration: job({
    name: 'exclusions.confirm-registration',
    summary: 'Tells the account of an excluded person that the exclusion is in force',
    data: z.object({ exclusionId: id }),
  }),
  sendExpiryNotices: job({
    name: 'exclusions.send-expiry-notices',
    summary: 'Notices 30, 7 and 1 days before an exclusion ends, each once',
    data: z.object({}),
  }),
};
