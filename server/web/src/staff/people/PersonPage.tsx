import type { RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { AddIdentifier, CorrectPerson, RemoveIdentifier } from './Corrections.tsx';
import { PersonCard } from './PersonCard.tsx';

/** One person of the register, to be put right. */
export function PersonPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.exclusions.getPerson({ id }), [hub, id]);
  return (
    <>
      <p className="way-back">
        <a href="#people">{t('people.title')}</a>
      </p>
      <Heading lead={t('people.seen')}>{t('people.one')}</Heading>
      <Shown of={loaded}>
        {(person) => (
          <div className="columns">
            <ul className="cards">
              <PersonCard person={person} />
            </ul>
            <div>
              {person.mergedInto === null && (
                <>
                  <CorrectPerson person={person} onDone={loaded.reload} />
                  <AddIdentifier person={person} onDone={loaded.reload} />
                  {person.identifiers.length > 1 && (
                    <RemoveIdentifier person={person} onDone={loaded.reload} />
                  )}
                </>
              )}
              <Merges person={person} onUndone={loaded.reload} />
            </div>
          </div>
        )}
      </Shown>
    </>
  );
}

function Merges({ person: { merges }, onUndone }: { person: RegisteredPerson; onUndone: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const { busy, error, run } = useAction<unknown>();
  if (merges.length === 0) return null;
  const undo = async (mergeId: string) => {
    const done = await run((idempotencyKey) => hub.exclusions.unmergePeople({ mergeId }, { idempotencyKey }));
    if (done !== undefined) onUndone();
  };
  return (
    <section className="block" aria-labelledby="merges">
      <h2 id="merges">{t('people.merges')}</h2>
      <Failure error={error} />
      <ul className="listing">
        {merges.map(({ id, mergedAt }) => (
          <li key={id}>
            {moment(mergedAt)}{' '}
            <button type="button" className="quiet" aria-disabled={busy} onClick={() => void undo(id)}>
              {t('people.unmerge')}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
