import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import type { Factor } from '../../session/second-factor.ts';
import { Shown } from '../../ui/Loaded.tsx';
import { FactorByMessage } from './FactorByMessage.tsx';
import { FactorLine } from './FactorLine.tsx';
import { RecoveryCodes } from './RecoveryCodes.tsx';
import { Totp } from './Totp.tsx';

type Adding = Factor['kind'];
const KINDS: readonly Adding[] = ['totp', 'sms', 'email'];

/** What is asked for beside the password. */
export function Factors({ onSaid }: { onSaid: (said: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const own = useLoad(() => hub.identity.listFactors(), [hub]);
  const [adding, setAdding] = useState<Adding>();
  const [codes, setCodes] = useState<readonly string[]>();
  const changed = (said: string) => {
    setAdding(undefined);
    own.reload();
    onSaid(said);
  };
  const confirmed = (recoveryCodes: readonly string[]) => {
    setAdding(undefined);
    own.reload();
    setCodes(recoveryCodes);
  };
  return (
    <section className="block" aria-labelledby="factors">
      <h2 id="factors">{t('security.factors')}</h2>
      <p className="hint">{t('security.factorsLead')}</p>
      <Shown of={own}>
        {({ items, recoveryCodesLeft, firstNeeds }) => (
          <>
            {codes !== undefined && <RecoveryCodes codes={codes} onDone={() => setCodes(undefined)} />}
            <ul className="rows">
              {items.map((factor) => (
                <FactorLine
                  key={factor.id}
                  factor={factor}
                  factors={items}
                  onRemoved={() => changed(t('security.saidRemoved'))}
                />
              ))}
            </ul>
            {items.length > 0 && (
              <p className="hint">{t('security.recoveryLeft', { count: recoveryCodesLeft })}</p>
            )}
            {adding === undefined && codes === undefined && <Ways factors={items} onChoose={setAdding} />}
            {adding === 'totp' && (
              <Totp
                owner={{ factors: items, firstNeeds }}
                onDone={confirmed}
                onCancel={() => setAdding(undefined)}
              />
            )}
            {(adding === 'sms' || adding === 'email') && (
              <FactorByMessage
                kind={adding}
                owner={{ factors: items, firstNeeds }}
                onDone={() => changed(t('security.saidAdded'))}
                onCancel={() => setAdding(undefined)}
              />
            )}
          </>
        )}
      </Shown>
    </section>
  );
}

function Ways({ factors, onChoose }: { factors: readonly Factor[]; onChoose: (kind: Adding) => void }) {
  const { t } = useTranslation();
  const open = KINDS.filter((kind) => kind !== 'totp' || !factors.some((factor) => factor.kind === 'totp'));
  return (
    <div className="buttons">
      {open.map((kind) => (
        <button key={kind} type="button" onClick={() => onChoose(kind)}>
          + {t(`security.add.${kind}`)}
        </button>
      ))}
    </div>
  );
}
