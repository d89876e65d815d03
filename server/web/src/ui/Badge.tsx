export type Tone = 'good' | 'bad' | 'warn' | 'plain';

/** A state in one or two words. */
export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}
