import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { type FirstNeeds, useFirstProof } from '../security/use-first-proof.tsx';
import type { ContactType } from './ContactProof.tsx';

interface RemoveContactProps {
  readonly contact: { readonly type: ContactType; readonly value: string };
  readonly needs: FirstNeeds;
  readonly onRemoved: () => void;
  readonly onCancel: () => void;
}

/** Only by its owner. */
export function RemoveContact({ contact, needs, onRemoved, onCancel }: RemoveContactProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const proof = useFirstProof(needs);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = proof.give(new FormData(event.currentTarget));
    if (given === undefined) return;
    const removed = await run(() => hub.identity.removeIdentifier({ ...contact, ...given }));
    if (removed !== undefined) onRemoved();
  };
  return (
    <form className="sheet" onSubmit={(event) => void submit(event)} noValidate>
      {proof.fields}
      <Failure error={error}>{error?.code === 'CONFLICT' ? t('identity.lastOne') : undefined}</Failure>
      <div className="buttons">
        <Submit busy={busy}>{t('security.removeFactor')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}
