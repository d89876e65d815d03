import type { PetitionState } from '@kinga/shared/petitions/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useList } from '../hub/use-list.ts';
import { SaidHere } from '../person/SaidHere.tsx';
import { useSaid } from '../person/use-said.ts';
import { PetitionCard } from '../petitioning/PetitionCard.tsx';
import { PetitionForm } from '../petitioning/PetitionForm.tsx';
import { PETITION_STATES } from '../staff/petitions/choices.ts';
import { Heading } from '../ui/Heading.tsx';
import { Listed } from '../ui/Loaded.tsx';
import { ChoiceField } from '../ui/TextField.tsx';
import { NoOperator } from './pages.tsx';

/** An operator asks that a customer is excluded, everywhere. */
export function OperatorPetitionsPage() {
  const { t } = useTranslation();
  const { operatorId } = useSession().account;
  const [filing, setFiling] = useState(false);
  const said = useSaid();
  const filed = () => {
    setFiling(false);
    said.say(t('others.done.file'));
  };
  return (
    <div className="person">
      <Heading lead={t('others.by.operator.lead')}>{t('others.title')}</Heading>
      <SaidHere said={said} />
      {operatorId === null ? (
        <NoOperator />
      ) : filing ? (
        <PetitionForm source="operator" onFiled={filed} onCancel={() => setFiling(false)} />
      ) : (
        <>
          <p className="open-form">
            <button type="button" className="primary" onClick={() => setFiling(true)}>
              {t('others.by.operator.file')}
            </button>
          </p>
          <Ours onSaid={said.say} />
        </>
      )}
    </div>
  );
}

function Ours({ onSaid }: { onSaid: (text: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [state, setState] = useState<PetitionState>();
  const petitions = useList(
    (page) => hub.petitions.list({ relation: 'mine', ...(state && { state }), ...page }),
    [hub, state],
  );
  const changed = (text: string) => {
    onSaid(text);
    petitions.reload();
  };
  return (
    <section className="block" aria-labelledby="ours">
      <h2 id="ours">{t('others.by.operator.list')}</h2>
      <div className="filter">
        <ChoiceField
          name="state"
          label={t('casework.state')}
          none={t('casework.anyState')}
          choices={PETITION_STATES}
          text={(choice) => t(`others.states.${choice}`)}
          onChoice={setState}
        />
      </div>
      <Listed of={petitions} empty={t('others.by.operator.none')}>
        {(items) => items.map((one) => <PetitionCard key={one.id} petition={one} onChanged={changed} />)}
      </Listed>
    </section>
  );
}
