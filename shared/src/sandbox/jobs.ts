import { z } from 'zod';
import { job } from '../contract/job.ts';

export const sandboxJobs = {
  prune: job({
    name: 'sandbox.prune',
    summary: 'Deletes what sandbox keys asked more than a week ago, and the people of old conformance runs',
    data: z.object({}),
  }),
};
