/**
 * Between nodes, best effort: losing every message must lose nothing, because whoever listens also finds the
 * same fact in PostgreSQL. With one node and no Redis the same code runs over an in-process bus.
 */
export interface Bus {
  /** Never throws and never waits; dropped when Redis is away. */
  publish(channel: string, message: string): void;
  /** Returns how to stop. The handler also gets what this very process published. */
  subscribe(channel: string, handler: (message: string) => void): () => void;
  readonly status: 'in-process' | 'connected' | 'degraded';
  close(): Promise<void>;
}
