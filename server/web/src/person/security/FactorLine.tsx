import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import type { Factor } from '../../session/second-factor.ts';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Submit } from '../../ui/Submit.tsx';
import { useProof } from './use-proof.tsx';

interface FactorLineProps {
  readonly factor: Factor & { readonly createdAt: string };
  readonly factors: readonly Factor[];
  readonly onRemoved: () => void;
}

export function FactorLine({ factor, factors, onRemoved }: FactorLineProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const [removing, setRemoving] = useState(false);
  return (
    <li>
      <div className="line-between">
        <div>
          <b>{t(`door.factors.${factor.kind}`, { hint: factor.hint })}</b>
          <p className="hint">{t('security.since', { time: moment(factor.createdAt) })}</p>
        </div>
        {!removing && (
          <button type="button" className="quiet" onClick={() => setRemoving(true)}>
            {t('support.remove')}
          </button>
        )}
      </div>
      {removing && (
        <Remove
          factorId={factor.id}
          factors={factors}
          onRemoved={onRemoved}
          onCancel={() => setRemoving(false)}
        />
      )}
    </li>
  );
}

interface RemoveProps {
  readonly factorId: string;
  readonly factors: readonly Factor[];
  readonly onRemoved: () => void;
  readonly onCancel: () => void;
}

/** Only by whoever has a factor, or a recovery code. */
function Remove({ factorId, factors, onRemoved, onCancel }: RemoveProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<boolean>();
  const proof = useProof(factors);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const done = await run(async () => {
      const given = await proof.give(data);
      if (given === undefined) return false;
      await hub.identity.removeFactor({ factorId, ...given });
      return true;
    });
    if (done) onRemoved();
  };
  return (
    <form className="sheet" onSubmit={(event) => void submit(event)} noValidate>
      {proof.fields}
      <Failure error={error} />
      <div className="buttons">
        <Submit busy={busy}>{t('security.removeFactor')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}
