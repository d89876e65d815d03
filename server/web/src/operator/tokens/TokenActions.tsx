import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NamedToken, Tending } from './use-tending.ts';

/** To revoke is pressed twice: the customer is asked about by identity data from then on. */
export function TokenActions({ of, tending }: { of: NamedToken; tending: Tending }) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const whose = <span className="unseen"> {of.name}</span>;
  return (
    <span className="row-actions">
      <button type="button" className="quiet" aria-disabled={tending.busy} onClick={() => tending.rotate(of)}>
        {t('tokens.rotate')}
        {whose}
      </button>
      <button
        type="button"
        className={sure ? 'danger' : 'quiet'}
        aria-disabled={tending.busy}
        onClick={() => (sure ? tending.revoke(of) : setSure(true))}
      >
        {t(sure ? 'tokens.sure' : 'tokens.revoke')}
        {whose}
      </button>
      <button type="button" className="quiet" onClick={() => tending.report(of)}>
        {t('tokens.wrongHands')}
        {whose}
      </button>
    </span>
  );
}
