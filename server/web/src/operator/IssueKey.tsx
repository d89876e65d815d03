import type { Scope } from '@kinga/shared/contract/procedure.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Submit } from '../ui/Submit.tsx';
import { ChoiceField, TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { SCOPES } from './choices.ts';

interface IssueKeyProps {
  readonly operatorId: string;
  readonly onMade: (key: { keyId: string; apiKey: string }) => void;
}

const ENVIRONMENTS = ['sandbox', 'live'] as const;

/** A new key: an administrator makes any, an operator's staff their own for the sandbox. */
export function IssueKey({ operatorId, onMade }: IssueKeyProps) {
  const { t } = useTranslation();
  const { hub, account } = useSession();
  const { busy, error, run } = useAction<{ keyId: string; apiKey: string }>();
  const errors = useFieldErrors(error);
  const [wrong, setWrong] = useState<{ label: boolean; scopes: boolean }>();
  const form = useFocusInvalid(error, wrong);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const place = event.currentTarget;
    const data = new FormData(place);
    const label = textIn(data, 'label');
    const scopes = SCOPES.filter((scope) => data.getAll('scopes').includes(scope));
    setWrong({ label: label === '', scopes: scopes.length === 0 });
    if (label === '' || scopes.length === 0) return;
    const environment = data.get('environment') === 'live' ? ('live' as const) : ('sandbox' as const);
    const made = await run(() => hub.operators.issueKey({ operatorId, label, scopes, environment }));
    if (made === undefined) return;
    place.reset();
    onMade(made);
  };
  return (
    <details className="more">
      <summary>{account.role === 'admin' ? t('keys.issue') : t('keys.issueSandbox')}</summary>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <div className="pair">
          <TextField
            name="label"
            label={t('keys.label')}
            error={wrong?.label ? t('field.required') : errors.at('label')}
          />
          {account.role === 'admin' && (
            <ChoiceField
              name="environment"
              label={t('keys.environment')}
              choices={ENVIRONMENTS}
              text={(choice) => t(`keys.environments.${choice}`)}
            />
          )}
        </div>
        {account.role !== 'admin' && <p className="hint">{t('keys.sandboxHint')}</p>}
        <ScopeFields error={wrong?.scopes ? t('keys.scopesMissing') : undefined} />
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{account.role === 'admin' ? t('keys.issue') : t('keys.issueSandbox')}</Submit>
      </form>
    </details>
  );
}

const SCOPES_FIRST: readonly Scope[] = ['exclusions:lookup', 'exclusions:watch', 'operator:self'];

export function ScopeFields({ error }: { error: string | undefined }) {
  const { t } = useTranslation();
  return (
    <fieldset className="checks">
      <legend>{t('keys.scopes')}</legend>
      {SCOPES.map((scope) => (
        <label key={scope}>
          <input
            type="checkbox"
            name="scopes"
            value={scope}
            defaultChecked={SCOPES_FIRST.includes(scope)}
            aria-invalid={error === undefined ? undefined : true}
          />
          <span>
            {t(`keys.may.${scope}`)} <span className="mono hint">{scope}</span>
          </span>
        </label>
      ))}
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}
