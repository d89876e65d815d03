import type { RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { Heading } from '../../ui/Heading.tsx';
import { FindForm, type Search } from './FindForm.tsx';
import { Merging } from './Merging.tsx';
import { PersonCard } from './PersonCard.tsx';
import { PersonPage } from './PersonPage.tsx';
import { Reviews } from './Reviews.tsx';

export function PeoplePage() {
  const [, id] = useRoute();
  return id === undefined ? <People /> : <PersonPage key={id} id={id} />;
}

/** People of the register: found, and put right. Every reading is audited. */
function People() {
  const { t } = useTranslation();
  return (
    <>
      <Heading lead={t('people.lead')}>{t('people.title')}</Heading>
      <div className="columns">
        <Find />
        <Reviews />
      </div>
    </>
  );
}

function Find() {
  const { t } = useTranslation();
  const { busy, error, result, run } = useAction<{ items: RegisteredPerson[] }>();
  const { hub } = useSession();
  const [search, setSearch] = useState<Search>();
  const [found, setFound] = useState(0);
  const find = async (asked: Search) => {
    setSearch(asked);
    if ((await run(() => hub.exclusions.findPeople(asked))) !== undefined) setFound((count) => count + 1);
  };
  return (
    <section className="block" aria-labelledby="find">
      <h2 id="find">{t('people.find')}</h2>
      <FindForm busy={busy} error={error} onSearch={(asked) => void find(asked)} />
      <div role="status">{result?.items.length === 0 && <p className="empty">{t('people.nobody')}</p>}</div>
      <ul className="cards">
        {result?.items.map((person) => (
          <PersonCard key={person.id} person={person} />
        ))}
      </ul>
      {search && result && result.items.length > 1 && (
        <Merging key={found} people={result.items} onMerged={() => void find(search)} />
      )}
    </section>
  );
}
