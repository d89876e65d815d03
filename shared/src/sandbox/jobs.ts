import { z } from 'zod';
import { job } from '../contract/job.ts';

export const sandboxJobs = {
  prune: job({
    name: 'sandbox.prune',
    summary:
      'Deletes what sandbox keys asked more than a week ago, and conformance runs that no certificate rests on, with their people',
    data: z.object({}),
  }),
};
