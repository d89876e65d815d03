import type { Key } from '@kinga/shared/operators/keys.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

/** On what terms a key works: how long, how much, from where, how it proves itself, what follows from abuse. */
export function KeyTerms({ of }: { of: Key }) {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  const { expiresAt, revokedAt, quotaPerSecond, quotaPerDay, allowedAddresses, requiresSignature, mode } = of;
  const end = expiresAt === null ? t('keys.noEnd') : t('keys.ends', { at: moment(expiresAt) });
  const terms = [
    revokedAt === null ? end : t('keys.revokedAt', { at: moment(revokedAt) }),
    quotaPerSecond !== null && t('keys.perSecond', { most: whole(quotaPerSecond) }),
    quotaPerDay !== null && t('keys.perDay', { most: whole(quotaPerDay) }),
    quotaPerSecond === null && quotaPerDay === null && t('keys.noQuota'),
    allowedAddresses.length === 0
      ? t('keys.fromAnywhere')
      : t('keys.from', { addresses: allowedAddresses.join(', ') }),
    t(requiresSignature ? 'keys.signed' : 'keys.unsigned'),
    t('keys.onAbuse', { what: t(`screening.modes.${mode}`) }),
  ];
  return <ul>{terms.map((term) => term && <li key={term}>{term}</li>)}</ul>;
}
