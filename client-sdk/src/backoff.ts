/** A random number in [0, 1). */
function fraction(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

/**
 * How long to wait before attempt `attempt` (0, 1, 2, ...), in milliseconds: doubling up to the maximum, the
 * upper half of it random, so that ten thousand clients of one dead node do not come back as one wave. What
 * the hub asks for is a lower bound.
 */
export function backoffMs(
  attempt: number,
  bounds: { readonly minMs: number; readonly maxMs: number; readonly askedMs?: number | undefined },
): number {
  const full = Math.min(bounds.maxMs, bounds.minMs * 2 ** Math.min(attempt, 20));
  const jittered = full / 2 + (full / 2) * fraction();
  const { askedMs } = bounds;
  return askedMs === undefined ? jittered : Math.max(jittered, askedMs * (1 + fraction() / 2));
}
