import { z } from 'zod';
import { job } from '../contract/job.ts';

export const petitionJobs = {
  checkWindows: job({
    name: 'petitions.check-windows',
    summary: 'Raises an alert for each petition that waits for its notice or its decision longer than it may',
    data: z.object({}),
  }),
};
