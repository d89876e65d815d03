import type { ErrorDetail } from '@kinga/shared/contract/errors.ts';
import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { lifeCycle, SupportNews, SupportPerson } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { idempotent } from '../../../platform/call/idempotency.ts';
import type { Platform } from '../../../platform/context.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { canonicalise } from '../../identifiers/index.ts';
import type { SupportContact } from '../notices/send.ts';

type Input = ParsedInputOf<typeof lifeCycle.setSupportPerson>;

/** Somebody the person trusts: kept sealed, for this account only, until they are removed. */
export function createSupportPersons({ db, crypto }: Platform) {
  return {
    setSupportPerson: (input: Input, call: Call): Promise<SupportPerson> => {
      const contact = contactOf(input);
      const { tellOn } = input;
      return db.transaction((tx) =>
        idempotent(tx, crypto, { call, input }, async () => {
          await tx.query(
            `INSERT INTO support_persons (account_id, contact, tell_on) VALUES ($1, $2, $3)
             ON CONFLICT (account_id) DO UPDATE
               SET contact = excluded.contact, tell_on = excluded.tell_on, updated_at = clock_timestamp()`,
            [accountOf(call), crypto.seal(JSON.stringify(contact)), tellOn],
          );
          const { actor, requestId } = call;
          const details = { tellOn };
          const action = 'supportPerson.set';
          await recordAudit(tx, { actor, action, subject: accountOf(call), details, requestId });
          return { ...contact, tellOn };
        }),
      );
    },
    getSupportPerson: async (_input: object, call: Call) => {
      const { rows } = await db.query<{ contact: Buffer; tell_on: SupportNews[] }>(
        'SELECT contact, tell_on FROM support_persons WHERE account_id = $1',
        [accountOf(call)],
      );
      const [row] = rows;
      if (row === undefined) return { supportPerson: null };
      const contact = JSON.parse(crypto.open(row.contact)) as SupportContact;
      return { supportPerson: { ...contact, tellOn: row.tell_on } };
    },
    removeSupportPerson: (_input: object, call: Call) =>
      db.transaction(async (tx) => {
        const subject = accountOf(call);
        const { rowCount } = await tx.query('DELETE FROM support_persons WHERE account_id = $1', [subject]);
        const { actor, requestId } = call;
        if (rowCount > 0)
          await recordAudit(tx, { actor, action: 'supportPerson.removed', subject, requestId });
        return { removed: rowCount > 0 };
      }),
  };
}

/** In canonical form; what is malformed is named and never repeated. */
function contactOf({ name, email, phone, locale = 'en' }: Input): SupportContact {
  const details: ErrorDetail[] = [];
  const canonical = (type: 'email' | 'phone', value: string | undefined): string | null => {
    if (value === undefined) return null;
    const result = canonicalise({ type, value });
    if (result.ok) return result.canonical;
    details.push({ path: type, message: result.message });
    return null;
  };
  const contact = { name, email: canonical('email', email), phone: canonical('phone', phone), locale };
  if (email === undefined && phone === undefined)
    details.push({ path: 'email', message: 'an e-mail address or a phone number is needed' });
  const [first] = details;
  if (first === undefined) return contact;
  throw new KingaError('INVALID_INPUT', `${first.path}: ${first.message}`, { details });
}

function accountOf({ actor }: Call): string {
  if (actor.kind === 'account') return actor.accountId;
  throw new KingaError('FORBIDDEN', 'Only accounts have a support person');
}
