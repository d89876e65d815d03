import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { PetitionCard } from '../../petitioning/PetitionCard.tsx';
import { PetitionForm } from '../../petitioning/PetitionForm.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Helpline } from '../../ui/Helpline.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { SaidHere } from '../SaidHere.tsx';
import { useSaid } from '../use-said.ts';

type Relation = 'aboutMe' | 'mine';

/** What others asked for about oneself, and asking for the exclusion of somebody close. */
export function OthersPage() {
  const { t } = useTranslation();
  const aboutMe = usePetitions('aboutMe');
  const mine = usePetitions('mine');
  const [filing, setFiling] = useState(false);
  const said = useSaid();
  const changed = (text: string) => {
    setFiling(false);
    said.say(text);
    aboutMe.reload();
    mine.reload();
  };
  return (
    <div className="person">
      <Heading lead={<Helpline text="signIn.help" />}>{t('others.title')}</Heading>
      <SaidHere said={said} />
      {filing ? (
        <PetitionForm
          source="family"
          onFiled={() => changed(t('others.done.file'))}
          onCancel={() => setFiling(false)}
        />
      ) : (
        <>
          <p className="hint">{t('others.lead')}</p>
          <p className="open-form">
            <button type="button" className="primary" onClick={() => setFiling(true)}>
              {t('others.by.family.file')}
            </button>
          </p>
          <Petitions relation="aboutMe" petitions={aboutMe} onChanged={changed} />
          <Petitions relation="mine" petitions={mine} onChanged={changed} />
        </>
      )}
    </div>
  );
}

function usePetitions(relation: Relation) {
  const { hub } = useSession();
  return useList((page) => hub.petitions.list({ relation, ...page }), [hub, relation]);
}

interface PetitionsProps {
  readonly relation: Relation;
  readonly petitions: ReturnType<typeof usePetitions>;
  readonly onChanged: (said: string) => void;
}

function Petitions({ relation, petitions, onChanged }: PetitionsProps) {
  const { t } = useTranslation();
  return (
    <section className="block" aria-labelledby={relation} data-relation={relation}>
      <h2 id={relation}>{t(`others.lists.${relation}`)}</h2>
      <Listed of={petitions} empty={t(`others.none.${relation}`)}>
        {(items) => items.map((one) => <PetitionCard key={one.id} petition={one} onChanged={onChanged} />)}
      </Listed>
    </section>
  );
}
