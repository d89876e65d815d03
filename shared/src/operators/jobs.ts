import { z } from 'zod';
import { job } from '../contract/job.ts';

export const operatorJobs = {
  checkLicences: job({
    name: 'operators.check-licences',
    summary:
      'Tells operators, and whoever watches over them, that a licence ends soon or has ended, each once',
    data: z.object({}),
  }),
  countChecks: job({
    name: 'operators.count-checks',
    summary: 'Each operator’s checks of today and yesterday (Nairobi days) by purpose and answer',
    data: z.object({ day: z.iso.date().optional() }),
  }),
};
