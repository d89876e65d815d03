import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FirstNeeds } from '../security/use-first-proof.tsx';
import { AddContact } from './AddContact.tsx';
import type { ContactType, OwnIdentifier } from './ContactProof.tsx';
import { RemoveContact } from './RemoveContact.tsx';

interface IdentifiersProps {
  readonly identifiers: readonly OwnIdentifier[];
  readonly needs: FirstNeeds;
  readonly onChanged: (said: string) => void;
}

/** By what operators find this person; the more there is of it, the better it protects. */
export function Identifiers({ identifiers, needs, onChanged }: IdentifiersProps) {
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
            needs={needs}
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
        <AddContact type={adding} needs={needs} onDone={added} onCancel={() => setAdding(undefined)} />
      )}
    </section>
  );
}

interface IdentifierProps {
  readonly one: OwnIdentifier;
  readonly needs: FirstNeeds;
  readonly onRemoved: () => void;
}

function Identifier({ one, needs, onRemoved }: IdentifierProps) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const { type, value, verifiedAt, signsIn } = one;
  const contact = type === 'phone' || type === 'email' ? { type, value } : undefined;
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
        {contact && !removing && (
          <button type="button" className="quiet" onClick={() => setRemoving(true)}>
            {t('support.remove')}
            <span className="unseen"> {value}</span>
          </button>
        )}
      </div>
      {contact && removing && (
        <RemoveContact
          contact={contact}
          needs={needs}
          onRemoved={onRemoved}
          onCancel={() => setRemoving(false)}
        />
      )}
    </li>
  );
}
