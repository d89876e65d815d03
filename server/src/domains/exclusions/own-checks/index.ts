import { invalidInput } from '@kinga/shared/contract/errors.ts';
import { PAGE_SIZE } from '@kinga/shared/contract/fields.ts';
import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import { OWN_CHECKS_DAYS, type ownChecks } from '@kinga/shared/exclusions/own-checks.ts';
import type { Call, Handlers } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { actForEveryTenant } from '../../../platform/db/tenant.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { checkIdAt } from '../statistics/days.ts';
import { type Mine, type Searched, searchBack } from './search.ts';
import { Turns } from './turns.ts';

const IS_FOR_LIFE = `i.type IN ('nationalId', 'passport', 'alienId')`;

type Page = OutputOf<typeof ownChecks.checksOfMe>;

/** Each has its turn within half a second or so. */
const WAITING_MAX = 10;

/** Who asked the register about a person: for that person. */
export function createOwnChecks({ db }: Platform): Handlers<typeof ownChecks> {
  const turns = new Turns(WAITING_MAX);
  return {
    checksOfMe: ({ cursor }, call) => {
      const before = idOf(cursor);
      return turns.take(() =>
        db.transaction(async (tx) => {
          await actForEveryTenant(tx);
          // One core of the database at the most, and never the whole table.
          await tx.query(
            `SELECT set_config('enable_seqscan', 'off', true),
                    set_config('max_parallel_workers_per_gather', '0', true)`,
          );
          const { mine, nowMs } = await readMine(tx, call);
          const searched = await searchBack(tx, mine, { before, nowMs });
          return pageOf(searched, mine);
        }),
      );
    },
  };
}

/**
 * What the caller has proved to be known by: nobody may read of somebody else by saying their number. A document is
 * for life; a phone or an e-mail address may have been somebody else's before it was proved, and is
 * somebody else's once they have proved it later.
 */
async function readMine(tx: Tx, call: Call): Promise<{ mine: readonly Mine[]; nowMs: number }> {
  const accountId = call.actor.kind === 'account' ? call.actor.accountId : '';
  const clock = await tx.query<{ now: Date }>('SELECT statement_timestamp() AS now');
  const { rows } = await tx.query<Mine>(
    `SELECT encode(i.key, 'hex')::uuid::text AS subject,
            greatest(statement_timestamp() - make_interval(days => ${OWN_CHECKS_DAYS}), checks_kept_since(),
                     CASE WHEN NOT ${IS_FOR_LIFE} THEN i.verified_at END) AS since
       FROM account_identifiers AS i
      WHERE i.account_id = $1 AND i.verified_at IS NOT NULL AND (${IS_FOR_LIFE} OR NOT EXISTS (
        SELECT FROM account_identifiers AS o
         WHERE o.key = i.key AND o.account_id <> i.account_id AND o.verified_at >= i.verified_at))`,
    [accountId],
  );
  return { mine: rows, nowMs: clock.rows[0]?.now.getTime() ?? Date.now() };
}

/** A cursor is the id of the last check of the page before, or the first id of what was looked through. */
function idOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [, id] = /^c_([0-9a-f]{32})$/.exec(cursor) ?? [];
  if (id === undefined) throw invalidInput('cursor', 'not a cursor of this list');
  return id;
}

function pageOf({ checks, backToMs }: Searched, mine: readonly Mine[]): Page {
  const shown = checks.slice(0, PAGE_SIZE);
  const items = shown.map(({ id, at, operatorName, purpose, answer }) => ({
    checkId: `c_${id}`,
    at: at.toISOString(),
    operatorName,
    purpose,
    answer,
  }));
  const last = shown.at(-1);
  if (last !== undefined && checks.length > shown.length) {
    return { items, searchedBackTo: last.at.toISOString(), nextCursor: `c_${last.id}` };
  }
  const searchedBackTo = new Date(backToMs).toISOString();
  const isMore = mine.some(({ since }) => since.getTime() < backToMs);
  return { items, searchedBackTo, ...(isMore ? { nextCursor: `c_${checkIdAt(backToMs)}` } : {}) };
}
