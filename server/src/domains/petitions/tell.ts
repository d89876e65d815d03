import { NOTICE_WAYS, type NoticeWay } from '@kinga/shared/petitions/contract.ts';
import type { Crypto } from '../../platform/crypto/crypto.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { appendEvents } from '../../platform/outbox/outbox.ts';
import { until } from '../exclusions/index.ts';
import { canonicalise } from '../identifiers/index.ts';
import { type Locale, sendMessage, sendToDevices, type TemplateName } from '../notifications/index.ts';
import { type Party, type PetitionRow, readSubject } from './store.ts';

/** Where somebody is reached. */
interface Address {
  readonly type: 'email' | 'phone';
  readonly to: string;
  readonly locale: Locale;
  readonly accountId: string | null;
  /** A phone that the petitioner has too may be read by nobody else: it says to nobody that the person was told. */
  readonly isPetitioners: boolean;
}

/** The accounts with a part in it hear that it has moved on; what was said they read for themselves. */
export async function tellInboxes(tx: Tx, petition: PetitionRow): Promise<void> {
  const accounts = new Set([petition.filed_by]);
  if (petition.notice_served_at !== null || petition.exclusion_id !== null) {
    for (const id of await accountsOfThePerson(tx, petition.id)) accounts.add(id);
  }
  const data = { petitionId: petition.id, state: petition.state };
  await appendEvents(
    tx,
    Array.from(accounts, (id) => ({ topic: `inbox/${id}`, type: 'petitionChanged', data })),
  );
}

/**
 * A message that names nothing but the petition: whoever glances at it learns nothing about anybody. Returns the ways
 * in which the party is reached by it, and by the inbox that each step tells; none: they hear nothing of it.
 */
export async function sendTo(
  { tx, crypto }: { tx: Tx; crypto: Crypto },
  petition: PetitionRow,
  message: { readonly party: Party; readonly template: TemplateName },
): Promise<NoticeWay[]> {
  const accounts =
    message.party === 'petitioner' ? [petition.filed_by] : await accountsOfThePerson(tx, petition.id);
  const addresses = await addressesOfAccounts(tx, crypto, accounts);
  if (message.party === 'person') addresses.push(...(await addressesOfSubject(tx, crypto, petition)));
  const { hearing_ends_at: endsAt } = petition;
  const sent = new Set<string>();
  const ways = new Set<NoticeWay>((await canOpenInbox(tx, accounts)) ? ['account'] : []);
  for (const { type, to, locale, accountId, isPetitioners } of addresses) {
    if (sent.has(to)) continue;
    sent.add(to);
    const channel = type === 'email' ? 'email' : 'sms';
    if (!isPetitioners) ways.add(channel);
    await sendMessage(tx, crypto, {
      channel,
      to,
      template: message.template,
      data: { reference: petition.id, ...(endsAt === null ? {} : { until: until(endsAt, locale) }) },
      locale,
      ...(accountId === null ? {} : { accountId }),
    });
  }
  // No way of serving a notice: it does not say what it is about.
  await sendToDevices(tx, crypto, accounts);
  return NOTICE_WAYS.filter((way) => ways.has(way));
}

/** Who is suspended signs in to nothing, and reads nothing there. */
async function canOpenInbox(tx: Tx, accountIds: readonly string[]): Promise<boolean> {
  const { rows } = await tx.query(
    'SELECT FROM accounts WHERE id = ANY($1::text[]) AND suspended_at IS NULL LIMIT 1',
    [accountIds],
  );
  return rows.length > 0;
}

/** Nobody changes how these accounts sign in before the caller's transaction ends; until then they can be written to. */
export async function holdAccounts(tx: Tx, { id, filed_by: filedBy }: PetitionRow): Promise<void> {
  await tx.query('SELECT FROM accounts WHERE id = ANY($1::text[]) ORDER BY id FOR SHARE', [
    [filedBy, ...(await accountsOfThePerson(tx, id))],
  ]);
}

/** Certainly theirs, by the rule that a shared phone alone says nothing. */
async function accountsOfThePerson(tx: Tx, petitionId: string): Promise<string[]> {
  const { rows } = await tx.query<{ account_id: string }>(
    `SELECT DISTINCT known.account_id
     FROM petition_identifiers i
     JOIN account_identifiers known ON known.key = i.key
     JOIN accounts a ON a.id = known.account_id AND a.role IN ('bettor', 'citizen')
     WHERE i.petition_id = $1 AND (i.type IN ('nationalId', 'passport', 'alienId') OR NOT EXISTS (
       SELECT FROM petition_identifiers s
       WHERE s.petition_id = $1 AND s.type IN ('nationalId', 'passport', 'alienId')))
     ORDER BY 1`,
    [petitionId],
  );
  return rows.map((row) => row.account_id);
}

async function addressesOfAccounts(
  tx: Tx,
  crypto: Crypto,
  accountIds: readonly string[],
): Promise<Address[]> {
  const { rows } = await tx.query<{
    account_id: string;
    type: 'email' | 'phone';
    sealed: Buffer;
    locale: Locale;
  }>(
    `SELECT i.account_id, i.type, i.sealed, a.locale
     FROM account_identifiers i JOIN accounts a ON a.id = i.account_id
     WHERE i.account_id = ANY($1::text[]) AND i.type IN ('email', 'phone') ORDER BY i.account_id, i.key`,
    [accountIds],
  );
  return rows.map(({ account_id, type, sealed, locale }) => ({
    type,
    to: crypto.open(sealed),
    locale,
    accountId: account_id,
    isPetitioners: false,
  }));
}

/** The contacts the petitioner gave: without an account there is no other way to tell the person. */
async function addressesOfSubject(tx: Tx, crypto: Crypto, { id, filed_by }: PetitionRow): Promise<Address[]> {
  const own = await tx.query<{ hex: string }>(
    `SELECT encode(key, 'hex') AS hex FROM account_identifiers WHERE account_id = $1`,
    [filed_by],
  );
  const petitioners = new Set(own.rows.map(({ hex }) => hex));
  return (await readSubject(tx, id)).flatMap(({ type, key, original }): Address[] => {
    if (type !== 'email' && type !== 'phone') return [];
    const known = canonicalise({ type, value: crypto.open(original) });
    if (!known.ok) return [];
    const isPetitioners = petitioners.has(key.toString('hex'));
    return [{ type, to: known.canonical, locale: 'en', accountId: null, isPetitioners }];
  });
}
