import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { lifeCycle } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { beforeOf, OWN_PEOPLE, type Own, ownOf } from '../register/read.ts';
import type { LifeCycleDeps } from './commands.ts';
import { IS_CALLER, IS_REGISTRAR } from './own.ts';
import { CYCLE_COLUMNS, type Cycle, OPEN_WISH } from './row.ts';
import { ownViewOf } from './view.ts';

/** Free of charge, day and night; before anything else on a person's own page. */
const HELPLINES = [{ name: 'Ministry of Health, 24 hours', phone: '719', languages: ['en', 'sw'] }];

interface OwnCycle extends Cycle {
  readonly position: string;
  /** Everybody it is about is the caller, or they registered it of themselves. */
  readonly isOwn: boolean;
}

/** The caller's own page: what holds for them, and what they may do about it. */
export function createMine({ db }: Platform, deps: LifeCycleDeps) {
  return async (
    { cursor }: ParsedInputOf<typeof lifeCycle.mine>,
    call: Call,
  ): Promise<OutputOf<typeof lifeCycle.mine>> => {
    const own = await ownOf(db, call.actor, deps);
    const cycles = own === undefined ? [] : await readOwn(db, own, beforeOf(cursor));
    const items = cycles.slice(0, PAGE_SIZE).map((cycle) => ownViewOf(cycle, deps.rulesAt, cycle.isOwn));
    const next = cycles.length > PAGE_SIZE ? cycles[PAGE_SIZE - 1]?.position : undefined;
    return { helplines: HELPLINES, items, ...(next === undefined ? {} : { nextCursor: next }) };
  };
}

async function readOwn(tx: Tx, own: Own, before: string): Promise<OwnCycle[]> {
  const { rows } = await tx.query<OwnCycle>(
    `SELECT ${CYCLE_COLUMNS}, e.seq::text AS position,
            (${IS_REGISTRAR} OR NOT EXISTS (
              SELECT FROM exclusion_persons p WHERE p.exclusion_id = e.id AND NOT ${IS_CALLER})) AS "isOwn"
       FROM exclusions AS e ${OPEN_WISH}
      WHERE e.seq < $4 AND (${IS_REGISTRAR} OR e.id IN (
        SELECT p.exclusion_id FROM exclusion_persons p WHERE p.person_id IN (${OWN_PEOPLE})))
      ORDER BY e.seq DESC LIMIT ${PAGE_SIZE + 1}`,
    [own.strong, own.weak, own.registrar, before],
  );
  return rows;
}
