import type { Crypto } from '../../../platform/crypto/crypto.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { type Locale, sendMessage } from '../../notifications/index.ts';
import { type Challenge, giveCode, openChallenge, type Purpose } from './challenges.ts';
import { type Contact, type ContactType, channelOf } from './contact.ts';
import { LIMITS, spend } from './limits.ts';

type AccountCode = 'codeForAccount' | 'codeForOperatorAccount';
type CodeTemplate = 'code' | AccountCode | 'codeElsewhere' | 'accountExists' | 'invitation';

export interface CodeToSend {
  readonly purpose: Exclude<Purpose, 'login' | 'proof'>;
  readonly contact: Contact;
  readonly accountId?: string | undefined;
  readonly payload: unknown;
  readonly locale: Locale;
  /** What the owner of the contact is told instead of a code: nobody will answer the challenge. */
  readonly insteadOfCode?: 'accountExists' | 'nothing';
  /** What says the code in place of `code`: which account it makes, for somebody else may have asked in their name. */
  readonly toldBy?: AccountCode;
  /** By whom somebody is invited: their message says so, and has the code in one piece with its challenge. */
  readonly invitedBy?: string | undefined;
  /** Where the code goes in place of the contact, which is told no more than that. */
  readonly codeTo?: Contact | undefined;
  /** By whom it is counted: the account, or a stranger's address. Undefined: an address that many share. */
  readonly asker: string | undefined;
}

/** Opens a challenge and sends its code. The same rows are written whether or not somebody may answer it. */
export async function sendCode(tx: Tx, crypto: Crypto, given: CodeToSend): Promise<Challenge> {
  const { contact, purpose, accountId, payload, locale, asker } = given;
  await spendCode(tx, crypto, given);
  // By asker too: what a stranger asks for leaves standing what its owner has been sent.
  const about = `${accountId ?? ''}:${contact.type}:${contact.key.toString('hex')}:${asker ?? ''}`;
  const opened = await openChallenge(tx, crypto, { purpose, about, accountId, payload });
  const code = await giveCode(tx, crypto, opened.challengeId);
  if (given.insteadOfCode === 'nothing') return opened;
  const tell = async ({ type, canonical: to }: Contact, template: CodeTemplate) => {
    const data = dataOf(template, { purpose, code, ...opened, by: given.invitedBy ?? '' });
    await deliver(tx, crypto, { type, to, template, data, locale, accountId });
  };
  if (given.codeTo === undefined) {
    await tell(
      contact,
      given.insteadOfCode ?? given.toldBy ?? (purpose === 'invitation' ? 'invitation' : 'code'),
    );
  } else {
    await tell(given.codeTo, 'code');
    await tell(contact, 'codeElsewhere');
  }
  return opened;
}

function dataOf(
  template: CodeTemplate,
  {
    purpose,
    code,
    challengeId,
    by,
  }: { purpose: CodeToSend['purpose']; code: string; challengeId: string; by: string },
): Record<string, string> {
  if (template === 'invitation') return { by, code: `${challengeId}.${code}` };
  if (template === 'codeElsewhere' || template === 'accountExists') return {};
  const page = pageOfCode(template, purpose);
  return page === undefined ? { code } : { code, page: `${page}/${challengeId}` };
}

/** For those that can be entered by whoever comes by the message, without the page that asked for them. */
function pageOfCode(template: 'code' | AccountCode, purpose: CodeToSend['purpose']): string | undefined {
  if (template === 'codeForAccount') return 'sign-up';
  if (template === 'codeForOperatorAccount') return 'sign-up-operator';
  return purpose === 'passwordReset' ? 'forgot' : undefined;
}

/** At most five an hour go from one asker to one phone or address, for whatever purpose. */
async function spendCode(tx: Tx, crypto: Crypto, { asker, contact }: CodeToSend): Promise<void> {
  const to = contact.key.toString('hex');
  if (asker !== undefined) await spend(tx, crypto, LIMITS.codesPerAsker, asker);
  await spend(tx, crypto, LIMITS.codesPerContact, `${asker ?? ''}:${to}`);
  await spend(tx, crypto, LIMITS.codesPerContactOfAll, to);
}

export async function deliver(
  tx: Tx,
  crypto: Crypto,
  message: {
    type: ContactType;
    to: string;
    template: CodeTemplate;
    data: Readonly<Record<string, string>>;
    locale: Locale;
    accountId?: string | undefined;
  },
): Promise<void> {
  const { type, accountId, ...rest } = message;
  await sendMessage(tx, crypto, {
    ...rest,
    channel: channelOf(type),
    ...(accountId === undefined ? {} : { accountId }),
  });
}
