import { z } from 'zod';
import { id } from '../contract/fields.ts';
import { job } from '../contract/job.ts';

export const notificationJobs = {
  deliver: job({
    name: 'notifications.deliver',
    summary: 'Hands one message to its channel; repeated until the channel has taken it',
    data: z.object({ messageId: id }),
  }),
};
