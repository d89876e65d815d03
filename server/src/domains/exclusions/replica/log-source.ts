import type { FeedEvent, Position } from '@kinga/shared/contract/wire.ts';
import { exclusionTopics } from '@kinga/shared/exclusions/contract.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { LogSource } from '../../../platform/feed/source.ts';
import type { LogEntry } from '../log/entry.ts';
import type { Head } from './load.ts';
import type { Replica } from './replica.ts';
import { ENTRY_COLUMNS, type EntryRow } from './tail.ts';

export const CHANGES = exclusionTopics.changes.pattern;

/** What of an entry may leave the register: whom, by pseudonym, and from when. */
export function eventOf(
  epoch: string,
  entry: Pick<LogEntry, 'seq' | 'at' | 'kind' | 'subject' | 'effectiveAt'>,
): FeedEvent {
  return {
    topic: CHANGES,
    epoch,
    seq: entry.seq,
    at: new Date(entry.at).toISOString(),
    type: entry.kind,
    data: { subject: entry.subject, effectiveAt: new Date(entry.effectiveAt).toISOString() },
  };
}

/** `exclusions/changes`: the register's log is its own history, for ever, under its own seq. */
export function createChangesSource(db: Database, replica: Replica): LogSource {
  return {
    topic: exclusionTopics.changes,
    head: async (): Promise<Position> => {
      const { rows } = await db.query<Pick<Head, 'epoch' | 'seq'>>(
        'SELECT seq::float8 AS seq, (SELECT epoch::text FROM database_epoch) AS epoch FROM register_head',
      );
      const [head] = rows;
      if (head === undefined) throw new Error('the register has no head');
      return head;
    },
    emitted: () => ({
      epoch: replica.epoch,
      seq: replica.seq,
      asOf: new Date(replica.asOfMs).toISOString(),
    }),
    read: async (_name, { after, upTo, limit }) => {
      const { epoch } = replica;
      const { rows } = await db.query<Omit<EntryRow, 'keys' | 'hash'>>(
        `SELECT ${ENTRY_COLUMNS} FROM register_log WHERE seq > $1 AND seq <= $2 ORDER BY register_log.seq LIMIT $3`,
        [after, upTo, limit],
      );
      return rows.map((row) =>
        eventOf(epoch, {
          seq: row.seq,
          at: row.at_ms,
          kind: row.kind,
          subject: row.subject,
          effectiveAt: row.effective_at_ms,
        }),
      );
    },
    oldest: async () => 0,
  };
}
