import type { identity } from '@kinga/shared/identity/contract.ts';
import type { registration as contract } from '@kinga/shared/identity/registration.ts';
import type { Handlers } from '../../../platform/call/handler.ts';
import type { OwnParts } from '../parts.ts';
import { OwnIdentifiers } from '../verification/identifiers.ts';
import { NationalIds } from '../verification/national-id.ts';
import { createNationalIdRegistry } from '../verification/national-id-registry.ts';
import { Invitations } from './invitations.ts';
import { OwnPasswords } from './passwords.ts';
import { Profiles } from './profile.ts';
import { Registration } from './registration.ts';

type Own = Pick<typeof identity, keyof typeof contract>;

/** What people do about their own account: making one, proving who they are, their password. */
export function createRegistration(parts: OwnParts): { handlers: Handlers<Own> } {
  const identifiers = new OwnIdentifiers(parts);
  const registration = new Registration(parts, identifiers);
  const profiles = new Profiles(parts);
  const passwords = new OwnPasswords(parts);
  const invitations = new Invitations(parts, passwords);
  const registry = createNationalIdRegistry(parts.platform.config);
  const nationalIds = new NationalIds(parts, identifiers, registry);
  return {
    handlers: {
      register: (input, call) => registration.register(input, call),
      requestCode: (input, call) => registration.requestCode(input, call),
      verifyContact: (input, call) => registration.verifyContact(input, call),
      acceptInvitation: (input, call) => invitations.accept(input, call),
      identifiers: (_input, call) => identifiers.list(call),
      addIdentifier: (input, call) => identifiers.add(input, call),
      removeIdentifier: async (input, call) => {
        await identifiers.remove(input, call);
        return {};
      },
      verifyNationalId: (input, call) => nationalIds.verify(input, call),
      profile: (_input, call) => profiles.profile(call),
      updateProfile: (input, call) => profiles.update(input, call),
      requestPasswordReset: (input, call) => passwords.requestReset(input, call),
      resetPassword: async (input, call) => {
        await passwords.reset(input, call);
        return {};
      },
      changePassword: async (input, call) => {
        await passwords.change(input, call);
        return {};
      },
    },
  };
}
