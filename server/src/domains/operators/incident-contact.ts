import { DEFAULT_SETTINGS, type OperatorSettings } from '@kinga/shared/operators/settings.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { readSettings } from './settings.ts';

export interface IncidentContact {
  readonly email: string;
  readonly locale: OperatorSettings['locale'];
}

/**
 * Who is written to when something is wrong between an operator and the hub; undefined: it does not want to be.
 * The transaction acts for this operator from then on.
 */
export async function incidentContactOf(tx: Tx, operatorId: string): Promise<IncidentContact | undefined> {
  const settings = { ...DEFAULT_SETTINGS, ...(await readSettings(tx, operatorId))?.settings };
  if (!settings.notices.includes('incidents')) return undefined;
  const { rows } = await tx.query<{ contact_email: string }>(
    'SELECT contact_email FROM operators WHERE id = $1',
    [operatorId],
  );
  const email = settings.incidentContact?.email ?? rows[0]?.contact_email;
  return email === undefined ? undefined : { email, locale: settings.locale };
}
