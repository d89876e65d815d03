import type { Audience, Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import type { Operator } from '@kinga/shared/operators/contract.ts';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { AUDIENCES, SEVERITIES } from '../ui/choices.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';

export function Composer({ onSent }: { onSent: (broadcast: Broadcast) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Broadcast>();
  const errors = useFieldErrors(error);
  const operators = useOperators();
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const input = {
      audience: audienceOf(String(data.get('audience')), operators),
      severity: SEVERITIES.find((severity) => severity === data.get('severity')) ?? 'info',
      title: String(data.get('title')),
      body: String(data.get('body')),
    };
    const sent = await run((idempotencyKey) => hub.broadcasts.send(input, { idempotencyKey }));
    if (sent === undefined) return;
    form.current?.reset();
    onSent(sent);
  };

  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <div className="pair">
        <Field label={t('broadcasts.audience')} error={errors.at('audience')}>
          {(described) => (
            <select {...described} name="audience">
              {AUDIENCES.map((audience) => (
                <option key={audience} value={audience}>
                  {t(`broadcasts.audiences.${audience}`)}
                </option>
              ))}
              {operators.map(({ id, name }) => (
                <option key={id} value={`operator:${id}`}>
                  {t('broadcasts.operator', { name })}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('broadcasts.severity')} error={errors.at('severity')}>
          {(described) => (
            <select {...described} name="severity">
              {SEVERITIES.map((severity) => (
                <option key={severity} value={severity}>
                  {t(`broadcasts.severities.${severity}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Field label={t('broadcasts.heading')} error={errors.at('title')}>
        {(described) => <input {...described} name="title" maxLength={200} autoComplete="off" />}
      </Field>
      <Field label={t('broadcasts.body')} error={errors.at('body')}>
        {(described) => <textarea {...described} name="body" rows={4} maxLength={4_000} />}
      </Field>
      <Failure error={errors.any ? undefined : error} />
      <button className="primary" type="submit" aria-disabled={busy}>
        {busy ? t('broadcasts.busy') : t('broadcasts.send')}
      </button>
    </form>
  );
}

/** The newest operators; the list is an offer, so doing without it is no failure. */
function useOperators(): readonly Operator[] {
  const { hub } = useSession();
  const [operators, setOperators] = useState<readonly Operator[]>([]);
  useEffect(() => {
    hub.operators.list().then(
      ({ items }) => setOperators(items),
      () => setOperators([]),
    );
  }, [hub]);
  return operators;
}

function audienceOf(chosen: string, operators: readonly Operator[]): Audience {
  const operator = operators.find(({ id }) => chosen === `operator:${id}`);
  if (operator !== undefined) return `operator:${operator.id}`;
  return AUDIENCES.find((audience) => audience === chosen) ?? 'all';
}
