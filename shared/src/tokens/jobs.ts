import { z } from 'zod';
import { job } from '../contract/job.ts';

export const tokenJobs = {
  sync: job({
    name: 'tokens.sync',
    summary:
      'Identifiers that the register attached to a person, e.g. a new SIM, stand behind their tokens too',
    data: z.object({}),
  }),
};
