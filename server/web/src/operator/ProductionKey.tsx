import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Secret } from '../ui/Secret.tsx';
import { Submit } from '../ui/Submit.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { SCOPES } from './choices.ts';
import { ScopeFields } from './IssueKey.tsx';

/** Whoever is certified needs nobody for a key to the real register. */
export function ProductionKey() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run, clear } = useAction<{ keyId: string; apiKey: string }>();
  const errors = useFieldErrors(error);
  const [noScope, setNoScope] = useState(false);
  const form = useFocusInvalid(error, noScope);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const scopes = SCOPES.filter((scope) => data.getAll('scopes').includes(scope));
    setNoScope(scopes.length === 0);
    if (scopes.length === 0) return;
    const [label, x] = [textIn(data, 'label'), textIn(data, 'publicKey')];
    const signing = x === '' ? {} : { publicKey: { kty: 'OKP', crv: 'Ed25519', x } as const };
    void run(() => hub.conformance.applyForProductionKey({ label, scopes, ...signing }));
  };
  if (result !== undefined) {
    return <Secret title={t('conformance.made')} value={result.apiKey} onDone={clear} />;
  }
  return (
    <details className="more">
      <summary>{t('conformance.production')}</summary>
      <form className="sheet" ref={form} onSubmit={submit} noValidate>
        <TextField name="label" label={t('keys.label')} error={errors.at('label')} />
        <ScopeFields error={noScope ? t('keys.scopesMissing') : undefined} />
        <TextField
          name="publicKey"
          label={t('conformance.publicKey')}
          hint={t('conformance.publicKeyHint')}
          error={errors.at('publicKey') ?? errors.at('publicKey.x')}
        />
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('conformance.production')}</Submit>
      </form>
    </details>
  );
}
