import { z } from 'zod';
import { job } from '../contract/job.ts';

export const operatorJobs = {
  checkLicences: job({
    name: 'operators.check-licences',
    summary:
      'Tells operators, and whoever watches over them, that a licence ends soon or has ended, each once',
    data: z.object({}),
  }),
  checkKeys: job({
    name: 'operators.check-keys',
    summary: 'Tells operators which of their production keys end soon, and staff whose last one does',
    data: z.object({}),
  }),
  scoreCompliance: job({
    name: 'operators.score-compliance',
    summary: 'Each operator’s compliance score of yesterday, with its parts; tells of low and falling ones',
    data: z.object({}),
  }),
  countChecks: job({
    name: 'operators.count-checks',
    summary:
      'Each operator’s checks of today and yesterday (Nairobi days) by purpose and answer, and who has stopped asking',
    data: z.object({ day: z.iso.date().optional() }),
  }),
};
