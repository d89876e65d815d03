import { DEFAULT_SETTINGS, type NOTICES, type OperatorSettings } from '@kinga/shared/operators/settings.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { readSettings } from './settings.ts';

type Notice = (typeof NOTICES)[number];

export interface Contact {
  readonly email: string;
  readonly locale: OperatorSettings['locale'];
}

/** What somebody technical has to put right, and not the office. */
const TECHNICAL: readonly Notice[] = ['keys', 'incidents'];

/**
 * Who of an operator is written to about this; undefined: it does not want to be. The transaction acts for this
 * operator from then on.
 */
export async function contactAbout(tx: Tx, operatorId: string, notice: Notice): Promise<Contact | undefined> {
  const settings = { ...DEFAULT_SETTINGS, ...(await readSettings(tx, operatorId))?.settings };
  if (!settings.notices.includes(notice)) return undefined;
  const { rows } = await tx.query<{ contact_email: string }>(
    'SELECT contact_email FROM operators WHERE id = $1',
    [operatorId],
  );
  const technical = TECHNICAL.includes(notice) ? settings.incidentContact?.email : undefined;
  const email = technical ?? rows[0]?.contact_email;
  return email === undefined ? undefined : { email, locale: settings.locale };
}

/** Who is written to when something is wrong between an operator and the hub. */
export async function incidentContactOf(tx: Tx, operatorId: string): Promise<Contact | undefined> {
  return await contactAbout(tx, operatorId, 'incidents');
}
