import { z } from 'zod';
import { id } from '../contract/fields.ts';
import { job } from '../contract/job.ts';

export const propagationJobs = {
  deliverWebhook: job({
    name: 'propagation.deliver-webhook',
    summary: 'Posts an operator what it has not acknowledged yet, in order, until its endpoint has taken all',
    data: z.object({ operatorId: id }),
  }),
  prune: job({
    name: 'propagation.prune',
    summary:
      'Deletes what is recorded of posts to webhooks after 30 days, and receipts when the policy says so',
    data: z.object({}),
  }),
};
