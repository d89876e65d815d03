import type { HubError } from '@kinga/client-sdk';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo, useRoute } from '../../app/use-route.ts';
import { Heading } from '../../ui/Heading.tsx';
import { FilterForm } from './FilterForm.tsx';
import { Found } from './Found.tsx';
import { filtersIn, partsOf } from './filters.ts';
import { OneExclusion } from './OneExclusion.tsx';

export function ExclusionsPage() {
  const [, ...parts] = useRoute();
  const id = parts.find((part) => part !== '' && !part.includes('='));
  return id === undefined ? <Exclusions parts={parts} /> : <OneExclusion key={id} id={id} />;
}

/** Every exclusion of the register; what is asked for stands in the address, to be kept or sent. */
function Exclusions({ parts }: { parts: readonly string[] }) {
  const { t } = useTranslation();
  const [error, setError] = useState<HubError>();
  const place = partsOf(filtersIn(parts)).join('/');
  const filters = useMemo(() => filtersIn(place.split('/')), [place]);
  return (
    <>
      <Heading lead={t('exclusions.lead')}>{t('app.exclusions')}</Heading>
      <FilterForm
        filters={filters}
        error={error}
        onFilters={(chosen) => goTo('exclusions', ...partsOf(chosen))}
      />
      <Found key={place} filters={filters} onError={setError} />
    </>
  );
}
