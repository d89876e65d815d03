import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { Shown } from '../ui/Loaded.tsx';
import { Table } from '../ui/Table.tsx';

/** Whom a sandbox key can ask about. */
export function TestPersons() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(async () => (await hub.sandbox.persons({})).persons, [hub]);
  return (
    <section className="block" aria-labelledby="persons">
      <h2 id="persons">{t('conformance.persons')}</h2>
      <Shown of={loaded}>
        {(persons) => (
          <Table
            label={t('conformance.persons')}
            rows={persons}
            id={({ person }) => person}
            columns={[
              { head: t('conformance.person'), cell: ({ person }) => <span className="mono">{person}</span> },
              { head: t('conformance.standing'), cell: ({ summary }) => <span lang="en">{summary}</span> },
              {
                head: t('conformance.knownBy'),
                cell: ({ identifiers }) => (
                  <span className="mono">
                    {identifiers
                      .map(({ type, value }) => `${t(`register.types.${type}`)} ${value}`)
                      .join(', ')}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Shown>
    </section>
  );
}
