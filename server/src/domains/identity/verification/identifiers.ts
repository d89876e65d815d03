import { conflict, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { IdentifierType } from '@kinga/shared/exclusions/identifier.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { IDENTIFIER_BOUND } from '@kinga/shared/identity/registration.ts';
import { z } from 'zod';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { accountKeys, holdAccount } from '../accounts.ts';
import { tellEverywhere } from '../owner.ts';
import type { OwnParts } from '../parts.ts';
import { sealedIdentifier } from '../register-seam.ts';
import { OwnerProofs } from '../second-factors/owner-proofs.ts';
import { signedIn } from '../signed-in.ts';
import { answer, codeRefused, findOpen, type OpenChallenge } from './challenges.ts';
import { type Contact, contactAt, masked } from './contact.ts';
import { signInWith, stopSigningIn } from './sign-in-contact.ts';

type OwnIdentifier = OutputOf<typeof identity.addIdentifier>;

interface IdentifierRow {
  readonly type: IdentifierType;
  readonly key: Buffer;
  readonly sealed: Buffer;
  readonly verified_at: Date | null;
  readonly signs_in: boolean;
}

/** As many as a registration of an exclusion takes. */
const IDENTIFIERS_MAX = 10;
const SELECT = `
  SELECT i.type, i.key, i.sealed, i.verified_at,
         coalesce(i.key = a.phone_key OR i.key = $2, false) AS signs_in
  FROM account_identifiers i JOIN accounts a ON a.id = i.account_id WHERE i.account_id = $1`;
const contactPayload = z.object({ type: z.enum(['phone', 'email']), value: z.string() });

/** What somebody is known by, as they see and change it themselves. */
export class OwnIdentifiers {
  readonly #parts: OwnParts;
  readonly #owners: OwnerProofs;

  constructor(parts: OwnParts) {
    this.#parts = parts;
    this.#owners = new OwnerProofs(parts);
  }

  async list(call: Call): Promise<{ items: OwnIdentifier[] }> {
    return { items: await this.#read(this.#parts.platform.db, signedIn(call).accountId) };
  }

  async add(input: ParsedInputOf<typeof identity.addIdentifier>, call: Call): Promise<OwnIdentifier> {
    const { attempts, platform } = this.#parts;
    const { accountId } = signedIn(call);
    attempts.check(input.challengeId, call.address);
    const known = await this.#owners.checkPassword(input.password, call);
    const done = await platform.db.transaction(async (tx) => {
      const before = await this.lock(tx, accountId);
      const isNew = await this.#isNew(tx, { challengeId: input.challengeId, accountId, before });
      if (isNew && !(await this.#owners.mayChangeContacts(tx, { given: input, known, call }))) {
        return undefined;
      }
      const challenge = await answer(tx, platform.crypto, {
        ...input,
        purposes: ['identifier'],
        accountId,
        call,
      });
      return challenge && (await this.prove(tx, { accountId, challenge, call }));
    });
    if (done === undefined) {
      attempts.failed(input.challengeId, call.address);
      throw codeRefused();
    }
    await done.told();
    return done.identifier;
  }

  /** The contact of an answered challenge is the account's from now on, and proved. */
  async prove(
    tx: Tx,
    { accountId, challenge, call }: { accountId: string; challenge: OpenChallenge; call: Call },
  ): Promise<{
    identifier: OwnIdentifier & { type: 'phone' | 'email'; verifiedAt: string };
    told: () => Promise<void>;
  }> {
    const { crypto } = this.#parts.platform;
    const { type, value } = contactPayload.parse(challenge.payload);
    const contact = contactAt(crypto, { type, value }, 'code');
    const before = await this.lock(tx, accountId);
    const isNew = !before.some(({ key }) => key.equals(contact.key));
    // Removed since the code was sent: it is added again only by whoever proves to be the owner.
    if (isNew && challenge.purpose === 'contact') throw notKnown('code');
    if (isNew && before.length >= IDENTIFIERS_MAX) throw tooMany();
    await attachProved(tx, { accountId, ...contact, sealed: crypto.seal(contact.canonical) });
    await signInWith(tx, accountId, contact);
    await recordAudit(tx, {
      ...who(call),
      action: isNew ? 'identifier.added' : 'identifier.verified',
      subject: accountId,
      details: { type },
    });
    if (isNew) await tellEverywhere(tx, crypto, { accountId, template: 'contactAdded', about: contact });
    const known = (await this.#read(tx, accountId)).find((one) => one.type === type && one.value === value);
    if (known?.verifiedAt == null) throw new Error('a proved identifier is not there');
    const added = isNew ? [sealedIdentifier(crypto, contact)] : [];
    const { told } = await this.#parts.register().identityChanged(tx, { accountKeys: before, added });
    return { identifier: { ...known, type, verifiedAt: known.verifiedAt }, told };
  }

  async remove(input: ParsedInputOf<typeof identity.removeIdentifier>, call: Call): Promise<void> {
    const { db, crypto } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const contact = contactAt(crypto, input, 'value');
    const known = await this.#owners.checkPassword(input.password, call);
    const told = await db.transaction(async (tx) => {
      const before = await this.lock(tx, accountId);
      await this.mustHave(tx, { accountId, contact, path: 'value' });
      if (!(await this.#owners.mayChangeContacts(tx, { given: input, known, call }))) return undefined;
      await this.#refuseWhileExcluded(tx, before);
      await stopSigningIn(tx, crypto, { accountId, contact });
      await tx.query('DELETE FROM account_identifiers WHERE account_id = $1 AND key = $2', [
        accountId,
        contact.key,
      ]);
      await recordAudit(tx, {
        ...who(call),
        action: 'identifier.removed',
        subject: accountId,
        details: { type: contact.type },
      });
      await tellEverywhere(tx, crypto, { accountId, template: 'contactRemoved', about: contact });
      const after = await accountKeys(tx, accountId);
      return (await this.#parts.register().identityChanged(tx, { accountKeys: after, added: [] })).told;
    });
    if (told === undefined) throw codeRefused();
    await told();
  }

  /** Whether an open challenge of the account is about something it is not known by. */
  async #isNew(
    tx: Tx,
    of: { challengeId: string; accountId: string; before: readonly { key: Buffer }[] },
  ): Promise<boolean> {
    const { crypto } = this.#parts.platform;
    const { challengeId, accountId, before } = of;
    const challenge = await findOpen(tx, crypto, { challengeId, purposes: ['identifier'] });
    if (challenge?.account_id !== accountId) return false;
    const contact = contactAt(crypto, contactPayload.parse(challenge.payload), 'code');
    return !before.some(({ key }) => key.equals(contact.key));
  }

  /** `path`: where in the input the contact is. */
  async mustHave(
    tx: Tx,
    { accountId, contact, path }: { accountId: string; contact: Contact; path: string },
  ): Promise<void> {
    const { rowCount } = await tx.query(
      'SELECT FROM account_identifiers WHERE account_id = $1 AND key = $2',
      [accountId, contact.key],
    );
    if (rowCount === 0) throw notKnown(path);
  }

  /** Changes of what one account is known by come one after the other. */
  async lock(tx: Tx, accountId: string) {
    await holdAccount(tx, accountId);
    return await accountKeys(tx, accountId);
  }

  /** What somebody excluded is known by is what protects them. */
  async #refuseWhileExcluded(tx: Tx, keys: readonly { type: IdentifierType; key: Buffer }[]): Promise<void> {
    const register = this.#parts.register();
    const { excluded } = await register.identityChanged(tx, { accountKeys: keys, added: [] });
    const all = keys.map(({ key }) => key);
    if (!excluded && !(await register.isExcluded(tx, all))) return;
    throw new KingaError('IDENTIFIER_BOUND', IDENTIFIER_BOUND.message);
  }

  async #read(tx: Tx, accountId: string): Promise<OwnIdentifier[]> {
    const { crypto } = this.#parts.platform;
    const account = await tx.query<{ email: string | null }>('SELECT email FROM accounts WHERE id = $1', [
      accountId,
    ]);
    const email = account.rows[0]?.email ?? null;
    const emailKey = email === null ? null : crypto.identifierKey('email', email);
    const { rows } = await tx.query<IdentifierRow>(`${SELECT} ORDER BY i.type, i.key`, [accountId, emailKey]);
    return rows.map((row) => {
      const value = crypto.open(row.sealed);
      return {
        type: row.type,
        value,
        masked: masked(row.type, value),
        verifiedAt: row.verified_at?.toISOString() ?? null,
        signsIn: row.signs_in,
      };
    });
  }
}

/** Proved again, it stays proved since the first time. */
export async function attachProved(
  tx: Tx,
  given: { accountId: string; key: Buffer; type: IdentifierType; sealed: Buffer },
): Promise<Date> {
  const { rows } = await tx.query<{ verified_at: Date }>(
    `INSERT INTO account_identifiers AS i (account_id, key, type, sealed, verified_at)
     VALUES ($1, $2, $3, $4, clock_timestamp())
     ON CONFLICT (account_id, key) DO UPDATE SET verified_at = coalesce(i.verified_at, excluded.verified_at)
     RETURNING verified_at`,
    [given.accountId, given.key, given.type, given.sealed],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT returned no identifier');
  return row.verified_at;
}

function notKnown(path: string): KingaError {
  return notFound(path, 'The account is not known by this');
}

function tooMany(): KingaError {
  return conflict('code', `An account is known by ${IDENTIFIERS_MAX} identifiers at most`);
}
