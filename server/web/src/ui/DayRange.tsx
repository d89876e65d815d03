import type { HubError } from '@kinga/client-sdk';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFieldErrors } from '../register/field-errors.ts';
import type { Days } from './days.ts';
import { TextField, textIn } from './TextField.tsx';

interface DayRangeProps {
  readonly days: Days;
  readonly error?: HubError | undefined;
  readonly onDays: (days: Days) => void;
}

/** From which day to which, both included. */
export function DayRange({ days, error, onDays }: DayRangeProps) {
  const { t } = useTranslation();
  const errors = useFieldErrors(error);
  const show = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [from, to] = [textIn(data, 'from'), textIn(data, 'to')];
    if (from !== '' && to !== '') onDays({ from, to });
  };
  return (
    <form className="filter" onSubmit={show} noValidate>
      <TextField name="from" type="date" label={t('days.from')} value={days.from} error={errors.at('from')} />
      <TextField name="to" type="date" label={t('days.to')} value={days.to} error={errors.at('to')} />
      <button type="submit">{t('days.show')}</button>
    </form>
  );
}
