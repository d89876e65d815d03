import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Helpline } from '../../ui/Helpline.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { SaidHere } from '../SaidHere.tsx';
import { useSaid } from '../use-said.ts';
import { FileForm } from './FileForm.tsx';
import { PetitionCard } from './PetitionCard.tsx';

/** Asking for the exclusion of somebody close, and what others asked for about oneself. */
export function OthersPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const petitions = useList((page) => hub.petitions.list(page), [hub]);
  const [filing, setFiling] = useState(false);
  const said = useSaid();
  const changed = (text: string) => {
    setFiling(false);
    said.say(text);
    petitions.reload();
  };
  return (
    <div className="person">
      <Heading lead={<Helpline text="signIn.help" />}>{t('others.title')}</Heading>
      <SaidHere said={said} />
      {filing ? (
        <FileForm onFiled={() => changed(t('others.done.file'))} onCancel={() => setFiling(false)} />
      ) : (
        <>
          <p className="hint">{t('others.lead')}</p>
          <p className="open-form">
            <button type="button" className="primary" onClick={() => setFiling(true)}>
              {t('others.file')}
            </button>
          </p>
          <section className="block" aria-labelledby="petitions">
            <h2 id="petitions">{t('others.list')}</h2>
            <Listed of={petitions} empty={t('others.none')}>
              {(items) =>
                items.map((one) => <PetitionCard key={one.id} petition={one} onChanged={changed} />)
              }
            </Listed>
          </section>
        </>
      )}
    </div>
  );
}
