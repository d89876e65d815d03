import { conflict, invalidInput, KingaError } from '@kinga/shared/contract/errors.ts';
import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { IDENTITY_NOT_CONFIRMED } from '@kinga/shared/identity/registration.ts';
import { who } from '../../../platform/call/by.ts';
import type { Call } from '../../../platform/call/handler.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { canonicalise, type IdentifierKey, keyOf } from '../../identifiers/index.ts';
import type { OwnParts } from '../parts.ts';
import { sealedIdentifier } from '../register-seam.ts';
import { checkDateOfBirth, writeProfile } from '../registration/profile.ts';
import { signedIn } from '../signed-in.ts';
import { attachProved, type OwnIdentifiers } from './identifiers.ts';
import { LIMITS, refund, spend } from './limits.ts';
import { askRegistry, type NationalIdRegistry } from './national-id-registry.ts';

type Claim = ParsedInputOf<typeof identity.verifyNationalId>;

/** The level that the national registry confirms. */
export class NationalIds {
  readonly #parts: OwnParts;
  readonly #identifiers: OwnIdentifiers;
  readonly #registry: NationalIdRegistry;

  constructor(parts: OwnParts, identifiers: OwnIdentifiers, registry: NationalIdRegistry) {
    this.#parts = parts;
    this.#identifiers = identifiers;
    this.#registry = registry;
  }

  async verify(input: Claim, call: Call): Promise<{ verifiedAt: string }> {
    const { crypto, db } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const canonical = canonicalise({ type: 'nationalId', value: input.nationalId });
    if (!canonical.ok) throw invalidInput('nationalId', canonical.message);
    checkDateOfBirth(input.dateOfBirth);
    await db.transaction((tx) => spend(tx, crypto, LIMITS.nationalId, accountId));
    // Nothing is written before the registry has said yes: an outage leaves no half-known person behind.
    const said = await this.#ask({ ...input, nationalId: canonical.canonical }, accountId);
    if (said === 'refused') {
      await recordAudit(db, { ...who(call), action: 'nationalId.refused', subject: accountId });
      throw new KingaError('IDENTITY_NOT_CONFIRMED', IDENTITY_NOT_CONFIRMED.message);
    }
    return await this.#confirm(input, keyOf(crypto, 'nationalId', canonical.canonical), call);
  }

  async #ask(claim: Claim, accountId: string): Promise<'confirmed' | 'refused'> {
    const { crypto, db } = this.#parts.platform;
    try {
      return await askRegistry(this.#registry, claim);
    } catch (error) {
      // An outage is nobody's wrong attempt.
      await db.transaction((tx) => refund(tx, crypto, LIMITS.nationalId, accountId));
      throw error;
    }
  }

  async #confirm(claim: Claim, id: IdentifierKey, call: Call): Promise<{ verifiedAt: string }> {
    const { crypto, db } = this.#parts.platform;
    const { accountId } = signedIn(call);
    const { verifiedAt, told } = await db.transaction(async (tx) => {
      const before = await this.#identifiers.lock(tx, accountId);
      const isNew = !before.some(({ key }) => key.equals(id.key));
      const proved = await tx.query(
        `SELECT FROM account_identifiers
         WHERE account_id = $1 AND type = 'nationalId' AND verified_at IS NOT NULL AND key <> $2`,
        [accountId, id.key],
      );
      if (proved.rowCount > 0) throw conflict('nationalId', 'The account has another proved national ID');
      const sealed = crypto.seal(id.canonical);
      const verifiedAt = await attachProved(tx, { accountId, key: id.key, type: id.type, sealed });
      await writeProfile(tx, crypto, { accountId, name: claim.name, dateOfBirth: claim.dateOfBirth });
      await refund(tx, crypto, LIMITS.nationalId, accountId);
      await recordAudit(tx, {
        ...who(call),
        action: 'nationalId.verified',
        subject: accountId,
        details: { added: isNew },
      });
      const added = isNew ? [sealedIdentifier(crypto, id)] : [];
      const called = { name: claim.name, dateOfBirth: claim.dateOfBirth };
      const { told } = await this.#parts
        .register()
        .identityChanged(tx, { accountKeys: before, added, called });
      return { verifiedAt: verifiedAt.toISOString(), told };
    });
    await told();
    return { verifiedAt };
  }
}
