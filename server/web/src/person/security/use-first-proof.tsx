import type { InputOf, OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { isCode } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';

export type FirstNeeds = OutputOf<Contract['identity']['listFactors']>['firstNeeds'];
type AddInput = InputOf<Contract['identity']['addFactor']>;
export type OwnerProof = Pick<AddInput, 'proof' | 'password' | 'contactProof'>;

export interface FirstProof {
  /** What to put into the form. */
  readonly fields: ReactNode;
  /** Of the form that is being sent; undefined while something is missing in it. */
  give(data: FormData): OwnerProof | undefined;
}

/** That it is the owner who adds the first second step: by the password, or by a code to where they are reached. */
export function useFirstProof(needs: FirstNeeds): FirstProof {
  const byPassword = usePasswordProof();
  const byContact = useContactProof();
  return needs === 'password' ? byPassword : byContact;
}

function usePasswordProof(): FirstProof {
  const { t } = useTranslation();
  const [missing, setMissing] = useState(false);
  const give = (data: FormData) => {
    const password = String(data.get('current') ?? '');
    setMissing(password === '');
    return password === '' ? undefined : { password };
  };
  const fields = (
    <Field label={t('security.currentPassword')} error={missing ? t('signIn.passwordMissing') : undefined}>
      {(described) => (
        <input
          {...described}
          name="current"
          type="password"
          autoComplete="current-password"
          maxLength={200}
        />
      )}
    </Field>
  );
  return { fields, give };
}

function useContactProof(): FirstProof {
  const { t } = useTranslation();
  const [challengeId, setChallengeId] = useState<string>();
  const [missing, setMissing] = useState(false);
  const give = (data: FormData) => {
    const code = textIn(data, 'contactCode').replaceAll(/\s/g, '');
    const isMissing = challengeId === undefined || !isCode(code);
    setMissing(isMissing);
    return isMissing ? undefined : { contactProof: { challengeId, code } };
  };
  const fields = (
    <div className="proof">
      <SendToContact onSent={setChallengeId} />
      <TextField
        name="contactCode"
        label={t('security.contactCode')}
        inputMode="numeric"
        error={missing ? t('door.codeWrong') : undefined}
        maxLength={20}
      />
    </div>
  );
  return { fields, give };
}

/** To the contact that was proved first: the hub takes none that was proved since this session began. */
function SendToContact({ onSent }: { onSent: (challengeId: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const own = useLoad(() => hub.identity.identifiers(), [hub]);
  const { busy, error, result, run } = useAction<{ challengeId: string }>();
  const contact = own.data && firstProved(own.data.items);
  const send = async () => {
    if (contact === undefined) return;
    const sent = await run(() => hub.identity.requestCode({ purpose: 'contact', contact }));
    if (sent !== undefined) onSent(sent.challengeId);
  };
  return (
    <>
      <p className="hint">
        {contact && t(result ? 'door.sentTo' : 'identity.willSend', { to: contact.value })}
      </p>
      <button type="button" aria-disabled={busy || contact === undefined} onClick={() => void send()}>
        {busy ? t('form.busy') : t(result ? 'door.again' : 'door.send')}
      </button>
      <Failure error={error ?? own.error} />
    </>
  );
}

type Identifiers = OutputOf<Contract['identity']['identifiers']>['items'];

function firstProved(items: Identifiers) {
  const proved = items.flatMap(({ type, value, verifiedAt }) =>
    verifiedAt !== null && (type === 'phone' || type === 'email') ? [{ type, value, verifiedAt }] : [],
  );
  const [first] = proved.sort((a, b) => a.verifiedAt.localeCompare(b.verifiedAt));
  return first && { type: first.type, value: first.value };
}
