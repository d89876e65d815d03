import type { Compromise } from '@kinga/shared/tokens/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';
import { useFocusHere } from '../../ui/use-focus-here.ts';
import { Copied } from './Copied.tsx';
import { COMPROMISES } from './choices.ts';
import type { NamedToken, Tending } from './use-tending.ts';

/** What came of what was done to a token, and what is still asked about it. */
export function Tended({ tending }: { tending: Tending }) {
  const { t } = useTranslation();
  const { made, reporting, revoked, error } = tending;
  return (
    <>
      <p role="status" className={revoked === undefined ? 'unseen' : 'notice'}>
        {revoked !== undefined && t('tokens.revoked', { name: revoked })}
      </p>
      {made && reporting === undefined && <NewToken key={made.token} made={made} onDone={tending.seen} />}
      {reporting && <Report key={`report ${reporting.token}`} of={reporting} tending={tending} />}
      {reporting === undefined && (
        <Failure error={error}>
          {error?.code === 'TOKEN_REVOKED' ? t('tokens.endedAlready') : undefined}
        </Failure>
      )}
    </>
  );
}

function NewToken({ made, onDone }: { made: NamedToken; onDone: () => void }) {
  const { t } = useTranslation();
  const heading = useFocusHere<HTMLHeadingElement>();
  return (
    <section className="secret" aria-labelledby="new-token">
      <h2 id="new-token" tabIndex={-1} ref={heading}>
        {t('tokens.made', { name: made.name })}
      </h2>
      <p>{t('tokens.madeHint')}</p>
      <output className="mono" data-token>
        {made.token}
      </output>
      <div className="buttons">
        <Copied text={made.token} />
        <button type="button" onClick={onDone}>
          {t('secret.done')}
        </button>
      </div>
    </section>
  );
}

/** Nothing is sent without saying how it happened; what follows is said first. */
function Report({ of, tending }: { of: NamedToken; tending: Tending }) {
  const { t } = useTranslation();
  const heading = useFocusHere<HTMLHeadingElement>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('reason');
    const reason: Compromise = COMPROMISES.find((choice) => choice === given) ?? 'other';
    tending.compromise(of, reason);
  };
  return (
    <section className="secret" aria-labelledby="report-token">
      <h2 id="report-token" tabIndex={-1} ref={heading}>
        {t('tokens.report', { name: of.name })}
      </h2>
      <p>{t('tokens.reportHint')}</p>
      <form className="sheet" onSubmit={submit} noValidate>
        <ChoiceField
          name="reason"
          label={t('tokens.how')}
          choices={COMPROMISES}
          text={(choice) => t(`tokens.hows.${choice}`)}
        />
        <Failure error={tending.error} />
        <div className="buttons">
          <Submit busy={tending.busy}>{t('tokens.reportSubmit')}</Submit>
          <button type="button" onClick={() => tending.report(undefined)}>
            {t('form.cancel')}
          </button>
        </div>
      </form>
    </section>
  );
}
