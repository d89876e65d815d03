import type { RegisteredPerson } from '@kinga/shared/exclusions/people.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { typeKey } from './words.ts';

/** Who somebody is in the register, and what holds for them. */
export function PersonCard({ person }: { person: RegisteredPerson }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { id, name, dateOfBirth, identifiers, exclusions, mergedInto } = person;
  return (
    <li className="card" data-person={id}>
      <h3>
        <a href={hrefOf('people', id)}>{name ?? t('people.noName')}</a>
      </h3>
      <p className="hint">{dateOfBirth ?? t('people.noDate')}</p>
      {mergedInto !== null && (
        <p>
          <a href={hrefOf('people', mergedInto)}>{t('people.mergedInto')}</a>
        </p>
      )}
      <ul className="listing">
        {identifiers.map(({ type, value }) => (
          <li key={`${type} ${value}`}>
            {t(typeKey(type))} <strong>{value}</strong>
          </li>
        ))}
      </ul>
      <ul className="listing">
        {exclusions.map(({ id: exclusionId, status, period, endsAt, reference }) => (
          <li key={exclusionId}>
            <Badge tone={status === 'active' ? 'good' : 'plain'}>{t(`people.statuses.${status}`)}</Badge>{' '}
            {t(`register.periods.${period}`)}
            {endsAt !== null && `, ${t('people.until', { at: moment(endsAt) })}`}{' '}
            <span className="mono hint">{reference}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}
