import type { Petition, PetitionState } from '@kinga/shared/petitions/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf, useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';
import { PETITION_STATES, STATE_TONES } from './choices.ts';
import { FilePetition } from './FilePetition.tsx';
import { PetitionPage } from './PetitionPage.tsx';

export function PetitionsPage() {
  const [, id] = useRoute();
  if (id === undefined) return <Queue />;
  return id === 'new' ? <FilePetition /> : <PetitionPage key={id} id={id} />;
}

/** Exclusions that somebody else asked for, the newest first. */
function Queue() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const [state, setState] = useState<PetitionState>();
  const petitions = useList((page) => hub.petitions.list({ ...(state && { state }), ...page }), [hub, state]);
  const columns = useColumns();
  return (
    <>
      <Heading lead={t('casework.lead')}>{t('casework.title')}</Heading>
      <div className="filter">
        <ChoiceField
          name="state"
          label={t('casework.state')}
          none={t('casework.anyState')}
          choices={PETITION_STATES}
          text={(choice) => t(`casework.states.${choice}`)}
          onChoice={setState}
        />
        <a className="button" href={hrefOf('petitions', 'new')}>
          {t('casework.file')}
        </a>
      </div>
      <Listed of={petitions} empty={t('casework.none')}>
        {(items) => <Table label={t('casework.title')} columns={columns} rows={items} id={({ id }) => id} />}
      </Listed>
    </>
  );
}

function useColumns(): readonly Column<Petition>[] {
  const { t } = useTranslation();
  const { recent } = useFormats();
  return [
    {
      head: t('casework.petition'),
      cell: ({ id, source, filedAt }) => (
        <a href={hrefOf('petitions', id)}>
          {t('casework.row', { source: t(`register.sources.${source}`), at: recent(filedAt) })}
        </a>
      ),
    },
    {
      head: t('casework.state'),
      cell: ({ state }) => <Badge tone={STATE_TONES[state]}>{t(`casework.states.${state}`)}</Badge>,
    },
    { head: t('casework.period'), cell: ({ period }) => t(`register.periods.${period}`) },
    { head: t('casework.provisional'), cell: ({ provisional }) => t(`casework.provisionals.${provisional}`) },
    {
      head: t('casework.until'),
      cell: ({ hearingEndsAt, appealEndsAt }) => {
        const until = appealEndsAt ?? hearingEndsAt;
        return until === null ? t('live.none') : recent(until);
      },
    },
  ];
}
