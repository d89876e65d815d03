import type { SupportNews } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Locale } from '../../notifications/index.ts';

/** An account that is told of an exclusion, with where its messages go and whom it wants to be told as well. */
export interface Reader {
  readonly exclusionId: string;
  readonly accountId: string;
  readonly locale: Locale;
  readonly contacts: readonly { readonly type: 'email' | 'phone'; readonly address: Buffer }[];
  readonly support: { readonly contact: Buffer; readonly tellOn: readonly SupportNews[] } | null;
}

interface Row {
  readonly exclusion_id: string;
  readonly account_id: string;
  readonly locale: Locale;
  readonly contacts: readonly { type: 'email' | 'phone'; sealed: string }[] | null;
  readonly contact: Buffer | null;
  readonly tell_on: SupportNews[] | null;
}

const STRONG = `('nationalId', 'passport', 'alienId')`;

/**
 * The accounts that certainly belong to somebody an exclusion is about: as in register/read.ts, a phone alone
 * does not make a stranger's exclusion one's own. And whoever registered it of themselves; then no person is
 * named, and it is everybody of that exclusion.
 */
export const READERS = `
  SELECT p.exclusion_id, p.person_id, known.account_id
    FROM exclusion_persons AS p
    JOIN identifiers AS i ON i.person_id = p.person_id
    JOIN account_identifiers AS known ON known.key = i.key
   WHERE p.exclusion_id = ANY($1::text[])
     AND (i.type IN ${STRONG} OR NOT EXISTS (
       SELECT FROM identifiers AS s WHERE s.person_id = p.person_id AND s.type IN ${STRONG}))
  UNION
  SELECT e.id, NULL, a.id
    FROM exclusions AS e
    JOIN accounts AS a ON 'account:' || a.id = e.registered_by AND a.role IN ('bettor', 'citizen')
   WHERE e.id = ANY($1::text[]) AND e.source = 'person' AND e.registered_by LIKE 'account:%'`;

export async function readersOf(tx: Tx, exclusionIds: readonly string[]): Promise<Reader[]> {
  const { rows } = await tx.query<Row>(
    `SELECT readers.exclusion_id, a.id AS account_id, a.locale, s.contact, s.tell_on,
            (SELECT json_agg(json_build_object('type', c.type, 'sealed', encode(c.sealed, 'base64'))
                             ORDER BY c.type, c.key)
               FROM account_identifiers AS c
              WHERE c.account_id = a.id AND c.type IN ('email', 'phone')) AS contacts
       FROM (SELECT DISTINCT exclusion_id, account_id FROM (${READERS}) AS each) AS readers
       JOIN accounts AS a ON a.id = readers.account_id
       LEFT JOIN support_persons AS s ON s.account_id = a.id
      ORDER BY readers.exclusion_id, a.id`,
    [exclusionIds],
  );
  return rows.map((row) => ({
    exclusionId: row.exclusion_id,
    accountId: row.account_id,
    locale: row.locale,
    contacts: (row.contacts ?? []).map(({ type, sealed }) => ({
      type,
      address: Buffer.from(sealed, 'base64'),
    })),
    support: row.contact === null ? null : { contact: row.contact, tellOn: row.tell_on ?? [] },
  }));
}
