import { invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import type { Locale } from '../../notifications/index.ts';
import { accountKeys, holdAccount } from '../accounts.ts';
import type { OwnParts } from '../parts.ts';
import { signedIn } from '../signed-in.ts';

type OwnProfile = OutputOf<typeof identity.profile>;

interface ProfileRow {
  readonly name: Buffer | null;
  readonly date_of_birth: Buffer | null;
  readonly locale: Locale;
  readonly phone_at: Date | null;
  readonly email_at: Date | null;
  readonly national_id_at: Date | null;
}

const OLDEST = '1900-01-01';

/** What somebody says about themselves, and how far they have proved it. */
export class Profiles {
  readonly #parts: OwnParts;

  constructor(parts: OwnParts) {
    this.#parts = parts;
  }

  async profile(call: Call): Promise<OwnProfile> {
    const { db, crypto } = this.#parts.platform;
    return await readProfile(db, crypto, signedIn(call).accountId);
  }

  async update(input: ParsedInputOf<typeof identity.updateProfile>, call: Call): Promise<OwnProfile> {
    const { db, crypto } = this.#parts.platform;
    const { accountId } = signedIn(call);
    checkDateOfBirth(input.dateOfBirth);
    const { profile, told } = await db.transaction(async (tx) => {
      await holdAccount(tx, accountId);
      refuseChangeOfProved(input, await readProfile(tx, crypto, accountId));
      await writeProfile(tx, crypto, { accountId, ...input });
      const changed = Object.keys(input).filter((key) => Reflect.get(input, key) !== undefined);
      await recordAudit(tx, {
        ...who(call),
        action: 'profile.changed',
        subject: accountId,
        details: { changed },
      });
      // Somebody excluded under the old name is looked for under the new one as well.
      const profile = await readProfile(tx, crypto, accountId);
      const called = { name: profile.name ?? undefined, dateOfBirth: profile.dateOfBirth ?? undefined };
      const change = { accountKeys: await accountKeys(tx, accountId), added: [], called };
      const { told } = await this.#parts.register().identityChanged(tx, change);
      return { profile, told };
    });
    await told();
    return profile;
  }
}

/** Of any age: only whoever bets has to be grown up, and that is not decided here. */
export function checkDateOfBirth(dateOfBirth: string | undefined): void {
  if (dateOfBirth === undefined) return;
  const isPossible = dateOfBirth >= OLDEST && Date.parse(dateOfBirth) <= Date.now();
  if (!isPossible) throw invalidInput('dateOfBirth', 'not the date of birth of somebody alive');
}

export async function localeOf(tx: Tx, accountId: string): Promise<Locale> {
  const { rows } = await tx.query<{ locale: Locale }>('SELECT locale FROM accounts WHERE id = $1', [
    accountId,
  ]);
  return rows[0]?.locale ?? 'en';
}

/** What is undefined stays. */
export async function writeProfile(
  tx: Tx,
  crypto: Crypto,
  given: {
    accountId: string;
    name?: string | undefined;
    dateOfBirth?: string | undefined;
    locale?: Locale | undefined;
  },
): Promise<void> {
  const sealed = (text: string | undefined) => (text === undefined ? null : crypto.seal(text));
  await tx.query(
    `UPDATE accounts SET name = coalesce($2, name), date_of_birth = coalesce($3, date_of_birth),
       locale = coalesce($4, locale) WHERE id = $1`,
    [given.accountId, sealed(given.name), sealed(given.dateOfBirth), given.locale ?? null],
  );
}

async function readProfile(tx: Tx, crypto: Crypto, accountId: string): Promise<OwnProfile> {
  const { rows } = await tx.query<ProfileRow>(
    `SELECT a.name, a.date_of_birth, a.locale,
            min(i.verified_at) FILTER (WHERE i.type = 'phone') AS phone_at,
            min(i.verified_at) FILTER (WHERE i.type = 'email') AS email_at,
            min(i.verified_at) FILTER (WHERE i.type = 'nationalId') AS national_id_at
     FROM accounts a LEFT JOIN account_identifiers i ON i.account_id = a.id WHERE a.id = $1 GROUP BY a.id`,
    [accountId],
  );
  const [row] = rows;
  if (row === undefined) throw new KingaError('NOT_FOUND', 'There is no such account');
  const opened = (sealed: Buffer | null) => sealed && crypto.open(sealed);
  return {
    accountId,
    name: opened(row.name),
    dateOfBirth: opened(row.date_of_birth),
    locale: row.locale,
    verifiedAt: {
      phone: row.phone_at?.toISOString() ?? null,
      email: row.email_at?.toISOString() ?? null,
      nationalId: row.national_id_at?.toISOString() ?? null,
    },
  };
}

function refuseChangeOfProved(
  input: { name?: string | undefined; dateOfBirth?: string | undefined },
  known: OwnProfile,
): void {
  if (known.verifiedAt.nationalId === null) return;
  for (const field of ['name', 'dateOfBirth'] as const) {
    if (input[field] === undefined || input[field] === known[field]) continue;
    const message = 'proved by the national ID; prove it again to change it';
    throw new KingaError('CONFLICT', `${field}: ${message}`, { details: [{ path: field, message }] });
  }
}
