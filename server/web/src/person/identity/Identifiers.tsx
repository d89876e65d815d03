import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Failure } from '../../ui/Failure.tsx';
import type { ContactType, OwnIdentifier } from './ContactProof.tsx';
import { ProveContact } from './Levels.tsx';

interface IdentifiersProps {
  readonly identifiers: readonly OwnIdentifier[];
  readonly onChanged: (said: string) => void;
}

/** By what operators find this person; the more there is of it, the better it protects. */
export function Identifiers({ identifiers, onChanged }: IdentifiersProps) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState<ContactType>();
  const added = () => {
    setAdding(undefined);
    onChanged(t('identity.saidAdded'));
  };
  return (
    <section className="block" aria-labelledby="identifiers">
      <h2 id="identifiers">{t('identity.identifiers')}</h2>
      <p className="hint">{t('identity.identifiersLead')}</p>
      <ul className="rows">
        {identifiers.map((one) => (
          <Identifier
            key={`${one.type} ${one.value}`}
            one={one}
            onRemoved={() => onChanged(t('identity.saidRemoved'))}
          />
        ))}
      </ul>
      {adding === undefined ? (
        <div className="buttons">
          <button type="button" onClick={() => setAdding('phone')}>
            + {t('identity.addPhone')}
          </button>
          <button type="button" onClick={() => setAdding('email')}>
            + {t('identity.addEmail')}
          </button>
        </div>
      ) : (
        <ProveContact type={adding} onDone={added} onCancel={() => setAdding(undefined)} />
      )}
    </section>
  );
}

function Identifier({ one, onRemoved }: { one: OwnIdentifier; onRemoved: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const { type, value, verifiedAt, signsIn } = one;
  const remove = async () => {
    if (type !== 'phone' && type !== 'email') return;
    const removed = await run(() => hub.identity.removeIdentifier({ type, value }));
    if (removed !== undefined) onRemoved();
  };
  const isContact = type === 'phone' || type === 'email';
  const facts = [
    t(verifiedAt === null ? 'identity.notProved' : 'identity.proved'),
    signsIn && t('identity.signsIn'),
  ];
  return (
    <li>
      <div className="line-between">
        <div>
          <b className="breaks">{value}</b>
          <p className="hint">
            {t(`register.types.${type}`)} · {facts.filter(Boolean).join(' · ')}
          </p>
        </div>
        {isContact && (
          <button type="button" className="quiet" aria-disabled={busy} onClick={() => void remove()}>
            {busy ? t('form.busy') : t('support.remove')}
            <span className="unseen"> {value}</span>
          </button>
        )}
      </div>
      <Failure error={error}>{error?.code === 'CONFLICT' ? t('identity.lastOne') : undefined}</Failure>
    </li>
  );
}
