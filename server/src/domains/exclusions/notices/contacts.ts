import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { canonicalise } from '../../identifiers/index.ts';
import { sendMessage, type TemplateName } from '../../notifications/index.ts';
import { READERS } from './readers.ts';

/** A phone or an e-mail address of somebody without an account, as the register holds it. */
interface Contact {
  readonly exclusion_id: string;
  readonly type: 'email' | 'phone';
  readonly original: Buffer;
}

/** What such an address is told: it may be somebody else's by now, so it names nobody and nothing but a record. */
export interface ContactMessage {
  readonly template: Extract<TemplateName, `record${string}`>;
  readonly data: Readonly<Record<string, string>>;
}

/** Nobody has said which language they read; as petitions do. */
export const CONTACT_LOCALE = 'en';

/**
 * Tells the people of these exclusions whom no account tells, at what the register holds of them. What only a
 * petition says of somebody is left out: its notices go there, in their order.
 */
export async function sendToContacts(
  tx: Tx,
  crypto: Crypto,
  messages: ReadonlyMap<string, ContactMessage>,
): Promise<void> {
  const sent = new Set<string>();
  for (const { exclusion_id: exclusionId, type, original } of await contactsOf(tx, [...messages.keys()])) {
    const message = messages.get(exclusionId);
    const known = canonicalise({ type, value: crypto.open(original) });
    if (message === undefined || !known.ok) continue;
    const to = known.canonical;
    // Two people of one exclusion may share a phone.
    if (sent.has(`${exclusionId} ${to}`)) continue;
    sent.add(`${exclusionId} ${to}`);
    const channel = type === 'email' ? 'email' : 'sms';
    await sendMessage(tx, crypto, { ...message, channel, to, locale: CONTACT_LOCALE });
  }
}

async function contactsOf(tx: Tx, exclusionIds: readonly string[]): Promise<Contact[]> {
  const { rows } = await tx.query<Contact>(
    `WITH readers AS (${READERS})
     SELECT p.exclusion_id, i.type, i.original
       FROM exclusion_persons AS p
       JOIN exclusions AS e ON e.id = p.exclusion_id AND NOT e.canary
       JOIN persons AS known ON known.id = p.person_id AND known.merged_into IS NULL
       JOIN identifiers AS i ON i.person_id = p.person_id AND i.type IN ('email', 'phone')
                            AND i.said_by IS NULL AND length(i.original) > 0
      WHERE p.exclusion_id = ANY($1::text[])
        AND NOT EXISTS (SELECT FROM readers
                         WHERE readers.exclusion_id = p.exclusion_id
                           AND (readers.person_id = p.person_id OR readers.person_id IS NULL))
      ORDER BY p.exclusion_id, i.type, i.key`,
    [exclusionIds],
  );
  return rows;
}
