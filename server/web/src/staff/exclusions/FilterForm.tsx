import type { HubError } from '@kinga/client-sdk';
import { type FormEvent, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldErrors } from '../../register/field-errors.ts';
import { PERIODS, SOURCES } from '../../ui/choices.ts';
import { ChoiceField, TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { FILTERS, type Filters, filtersOf, STATUSES } from './filters.ts';

interface FilterFormProps {
  readonly filters: Filters;
  readonly error: HubError | undefined;
  readonly onFilters: (filters: Filters) => void;
}

/** Which exclusions to show. */
export function FilterForm({ filters, error, onFilters }: FilterFormProps) {
  const { t } = useTranslation();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  useEffect(() => {
    // The address may have changed without the form: by the way back, or by a link.
    for (const name of FILTERS) {
      const field = form.current?.elements.namedItem(name);
      if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) {
        field.value = filters[name] ?? '';
      }
    }
  }, [filters, form]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    onFilters(filtersOf((name) => textIn(data, name)));
  };
  return (
    <form className="filter" ref={form} onSubmit={submit} noValidate>
      <TextField
        name="reference"
        label={t('people.reference')}
        value={filters.reference}
        error={errors.at('reference')}
      />
      <ChoiceField
        name="status"
        label={t('exclusions.status')}
        none={t('exclusions.any')}
        value={filters.status}
        choices={STATUSES}
        text={(choice) => t(`people.statuses.${choice}`)}
      />
      <ChoiceField
        name="source"
        label={t('register.source')}
        none={t('exclusions.any')}
        value={filters.source}
        choices={SOURCES}
        text={(choice) => t(`register.sources.${choice}`)}
      />
      <ChoiceField
        name="period"
        label={t('register.period')}
        none={t('exclusions.any')}
        value={filters.period}
        choices={PERIODS}
        text={(choice) => t(`register.periods.${choice}`)}
      />
      <TextField
        name="from"
        type="date"
        label={t('exclusions.from')}
        value={filters.from}
        error={errors.at('from')}
      />
      <TextField
        name="to"
        type="date"
        label={t('exclusions.to')}
        value={filters.to}
        error={errors.at('to')}
      />
      <button type="submit" className="primary">
        {t('days.show')}
      </button>
      <a className="button" href="#exclusions">
        {t('exclusions.all')}
      </a>
    </form>
  );
}
