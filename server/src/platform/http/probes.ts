import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { Express } from 'express';
import type { Metrics } from '../metrics/metrics.ts';
import { type AddressList, isLoopback } from './addresses.ts';
import { clientOf } from './mirror.ts';
import { type ReadinessParts, reportReadiness } from './readiness.ts';
import { sendError } from './respond.ts';

export interface ProbeParts extends ReadinessParts {
  readonly metrics: Metrics;
  readonly trusted: AddressList;
  readonly metricsAllow: AddressList;
}

/** What balancers and Prometheus ask. */
export function mountProbes(app: Express, parts: ProbeParts): void {
  app.get('/livez', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({ status: 'alive' });
  });
  app.get('/readyz', async (_req, res) => {
    const report = await reportReadiness(parts);
    res.setHeader('Cache-Control', 'no-store');
    res.status(report.status === 'ready' || report.status === 'degraded' ? 200 : 503).json(report);
  });
  app.get('/metrics', async (req, res) => {
    const { address, viaStranger } = clientOf(req, parts.trusted);
    // Loopback that only passes on what somebody else asked is not us asking.
    const isOurs = isLoopback(address) && !viaStranger;
    if (!isOurs && !parts.metricsAllow.has(address)) {
      sendError(res, new KingaError('FORBIDDEN', 'Not for this address (METRICS_ALLOW)'));
      return;
    }
    const text = await parts.metrics.registry.metrics();
    res.type(parts.metrics.registry.contentType).send(text);
  });
}
