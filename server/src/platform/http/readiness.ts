import type { Bus } from '../feed/bus.ts';

/** What a node cannot do without, part by part: `database`, `replica`, `administrator`. */
export type Readiness = Readonly<Record<string, boolean>>;

/** `degraded`: something it can do without, a dead Redis for example. It is reported and the node stays ready. */
export type PartStatus = 'ok' | 'degraded' | 'failed';

export interface ReadinessReport {
  readonly status: 'ready' | 'degraded' | 'unready' | 'draining';
  readonly parts: Readonly<Record<string, PartStatus>>;
}

export interface ReadinessParts {
  readonly readiness: () => Promise<Readiness>;
  readonly busStatus: () => Bus['status'];
  readonly isDraining: () => boolean;
}

/** A question that hangs is an answer too. */
const READINESS_MS_MAX = 2_000;
const UNANSWERED: Readiness = { answer: false };

export async function reportReadiness(of: ReadinessParts): Promise<ReadinessReport> {
  if (of.isDraining()) return { status: 'draining', parts: {} };
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => resolve(UNANSWERED), READINESS_MS_MAX);
  });
  const given = await Promise.race([of.readiness().catch(() => UNANSWERED), tooLate]);
  clearTimeout(timer);
  const bus = of.busStatus();
  const parts: Record<string, PartStatus> = {};
  for (const [part, isFine] of Object.entries(given)) parts[part] = isFine ? 'ok' : 'failed';
  if (bus !== 'in-process') parts.redis = bus === 'connected' ? 'ok' : 'degraded';
  if (Object.values(parts).includes('failed')) return { status: 'unready', parts };
  return { status: bus === 'degraded' ? 'degraded' : 'ready', parts };
}
