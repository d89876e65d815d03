import type { ApplicationState } from '@kinga/shared/operators/onboarding.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf, useRoute } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { APPLICATION_STATES, APPLICATION_TONES } from '../../operator/choices.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Listed } from '../../ui/Loaded.tsx';
import { Table } from '../../ui/Table.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';
import { ReviewPage } from './ReviewPage.tsx';

export function ApplicationsPage() {
  const [, id] = useRoute();
  return id === undefined ? <Applications /> : <ReviewPage key={id} id={id} />;
}

/** Who wants to be an operator. */
function Applications() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { recent } = useFormats();
  const [state, setState] = useState<ApplicationState>();
  const applications = useList(
    (page) => hub.operators.listApplications({ ...(state && { state }), ...page }),
    [hub, state],
  );
  return (
    <>
      <Heading lead={t('applications.lead')}>{t('applications.title')}</Heading>
      <div className="filter">
        <ChoiceField
          name="state"
          label={t('applications.state')}
          none={t('applications.anyState')}
          choices={APPLICATION_STATES}
          text={(choice) => t(`apply.states.${choice}`)}
          onChoice={setState}
        />
      </div>
      <Listed of={applications} empty={t('applications.none')}>
        {(items) => (
          <Table
            label={t('applications.title')}
            rows={items}
            id={({ id }) => id}
            columns={[
              {
                head: t('apply.name'),
                cell: ({ id, name }) => <a href={hrefOf('applications', id)}>{name}</a>,
              },
              { head: t('apply.licenceNo'), cell: ({ licenceNo }) => licenceNo },
              {
                head: t('applications.state'),
                cell: (row) => (
                  <Badge tone={APPLICATION_TONES[row.state]}>{t(`apply.states.${row.state}`)}</Badge>
                ),
              },
              { head: t('apply.submitted'), cell: ({ submittedAt }) => recent(submittedAt) },
            ]}
          />
        )}
      </Listed>
    </>
  );
}
