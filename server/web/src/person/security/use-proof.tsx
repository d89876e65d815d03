import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { FactorChoice } from '../../session/FactorStep.tsx';
import type { Factor } from '../../session/second-factor.ts';
import { Failure } from '../../ui/Failure.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';

export interface GivenProof {
  readonly challengeId: string;
  readonly factor: string;
  readonly code: string;
}

interface Proof {
  /** What to put into the form. */
  readonly fields: ReactNode;
  /** Of the form that is being sent; undefined while there is no code in it. */
  give(data: FormData): Promise<GivenProof | undefined>;
}

/** That it is the owner who asks, by a second factor in force or a recovery code. */
export function useProof(factors: readonly Factor[]): Proof {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [chosen, setChosen] = useState(factors[0]?.id ?? 'recovery');
  const [sent, setSent] = useState<{ readonly factor: string; readonly challengeId: string }>();
  const [missing, setMissing] = useState(false);
  const sending = useAction<{ challengeId: string }>();
  const factor = factors.find(({ id }) => id === chosen);
  const send = async () => {
    const opened = await sending.run(() => hub.identity.challengeFactor({ factor: chosen }));
    if (opened !== undefined) setSent({ factor: chosen, challengeId: opened.challengeId });
  };
  const give = async (data: FormData) => {
    const code = textIn(data, 'proof').replaceAll(/\s/g, '');
    setMissing(code.length < 6);
    if (code.length < 6) return undefined;
    const opened = sent?.factor === chosen ? sent : await hub.identity.challengeFactor({ factor: chosen });
    return { challengeId: opened.challengeId, factor: chosen, code };
  };
  const fields = (
    <div className="proof">
      <FactorChoice legend={t('security.proof')} factors={factors} chosen={chosen} onChoose={setChosen} />
      {factor !== undefined && factor.kind !== 'totp' && (
        <button type="button" aria-disabled={sending.busy} onClick={() => void send()}>
          {sending.busy ? t('form.busy') : t(sent?.factor === chosen ? 'door.again' : 'door.send')}
        </button>
      )}
      <Failure error={sending.error} />
      <TextField
        name="proof"
        label={t(factor === undefined ? 'door.recoveryCode' : 'security.proofCode')}
        inputMode={factor === undefined ? undefined : 'numeric'}
        error={missing ? t('errors.FACTOR_PROOF_REQUIRED') : undefined}
        maxLength={20}
      />
    </div>
  );
  return { fields, give };
}
