import type { RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { IdentifierLines } from '../../register/IdentifierLines.tsx';
import { identifiersOf, useIdentifiers } from '../../register/use-identifiers.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Heading } from '../../ui/Heading.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
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
  const { hub } = useSession();
  const { busy, error, result, run } = useAction<{ items: RegisteredPerson[] }>();
  const lines = useIdentifiers({ type: 'nationalId', value: '' });
  const errors = useFieldErrors(error);
  const [found, setFound] = useState(0);
  const form = useFocusInvalid(error);
  const find = async () => {
    const identifiers = identifiersOf(lines.lines);
    if ((await run(() => hub.exclusions.findPeople({ identifiers }))) !== undefined) {
      setFound((count) => count + 1);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void find();
  };
  return (
    <section className="block" aria-labelledby="find">
      <h2 id="find">{t('people.find')}</h2>
      <form className="sheet" ref={form} onSubmit={submit} noValidate>
        <IdentifierLines lines={lines} errors={errors} hint={t('people.findHint')} />
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('people.find')}</Submit>
      </form>
      <div role="status">{result?.items.length === 0 && <p className="empty">{t('people.nobody')}</p>}</div>
      <ul className="cards">
        {result?.items.map((person) => (
          <PersonCard key={person.id} person={person} />
        ))}
      </ul>
      {result && result.items.length > 1 && (
        <Merging key={found} people={result.items} onMerged={() => void find()} />
      )}
    </section>
  );
}
