import type { OwnExclusion } from '@kinga/shared/exclusions/life-cycle.ts';
import { useEffect } from 'react';
import { useSession } from '../../hub/session-context.ts';
import { type List, useList } from '../../hub/use-list.ts';

const TIMER_MS_MAX = 2 ** 31 - 1;
const AFTER_MS = 1_000;
/** Our clock is ahead of the hub's, which has the last word: it is asked again. */
const AGAIN_MS = 10_000;

/** The caller's own exclusions with what may be done about each; asked again when more may be done, or less. */
export function useMine(): List<OwnExclusion> {
  const { hub } = useSession();
  const mine = useList((page) => hub.exclusions.mine(page), [hub]);
  const { items, reload } = mine;
  useEffect(() => {
    const next = nextTurn(items ?? [], Date.now());
    if (next === undefined) return;
    const timer = setTimeout(reload, Math.min(next - Date.now() + AFTER_MS, TIMER_MS_MAX));
    return () => clearTimeout(timer);
  }, [items, reload]);
  return mine;
}

/** The next instant at which anything becomes other than it is. */
function nextTurn(all: readonly OwnExclusion[], now: number): number | undefined {
  const turns = all.flatMap((one) => [
    one.startsAt,
    one.endsAt,
    one.inForceUntil,
    one.liftedAt,
    one.returnLapsesAt,
  ]);
  const coming = turns.map((at) => (at === null ? now : Date.parse(at))).filter((at) => at > now);
  const promised = all.flatMap(({ possibleFrom }) => Object.values(possibleFrom));
  for (const at of promised) {
    const promisedAt = Date.parse(at ?? '');
    coming.push(promisedAt > now ? promisedAt : now + AGAIN_MS);
  }
  return coming.length === 0 ? undefined : Math.min(...coming);
}

export function isCurrent({ status }: OwnExclusion): boolean {
  return status !== 'ended';
}

/** The one that holds longest, of those that hold now or will. */
export function longest(all: readonly OwnExclusion[]): OwnExclusion | undefined {
  return all.filter(isCurrent).sort((a, b) => rank(b) - rank(a))[0];
}

function rank({ status, inForceUntil, liftedAt }: OwnExclusion): number {
  const until = liftedAt ?? inForceUntil;
  const end = until === null ? Number.MAX_SAFE_INTEGER : Date.parse(until);
  return status === 'active' ? end : end - Number.MAX_SAFE_INTEGER;
}
