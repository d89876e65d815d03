import { z } from 'zod';
import { job } from '../contract/job.ts';

export const analyticsJobs = {
  computeDaily: job({
    name: 'analytics.compute-daily',
    summary: 'Yesterday’s statistics (Nairobi day): registrations, checks by purpose and answer, bets',
    data: z.object({ day: z.iso.date().optional() }),
  }),
};
