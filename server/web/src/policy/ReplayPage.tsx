import type { HubError } from '@kinga/client-sdk';
import type { PolicySummary } from '@kinga/shared/policy/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useList } from '../hub/use-list.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { lastDays } from '../ui/days.ts';
import { Failure } from '../ui/Failure.tsx';
import { Field } from '../ui/Field.tsx';
import { Heading } from '../ui/Heading.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { Replayed } from './Replayed.tsx';
import { type ReplayOf, useReplay } from './use-replay.ts';

/** Which recorded answers would have differed under a version. */
export function ReplayPage({ version }: { version: number | undefined }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const versions = useList((page) => hub.policy.list(page), [hub]);
  const replay = useReplay();
  return (
    <>
      <p className="way-back">
        <a href="#policy">{t('policy.title')}</a>
      </p>
      <Heading lead={t('policy.replayLead')}>{t('policy.replay')}</Heading>
      {versions.items !== undefined && (
        <Question
          versions={versions.items}
          version={version}
          running={replay.running}
          error={replay.error}
          onAsk={replay.start}
          onStop={replay.stop}
        />
      )}
      <Failure error={versions.error} />
      {replay.sum !== undefined && <Replayed sum={replay.sum} running={replay.running} />}
    </>
  );
}

interface QuestionProps {
  readonly versions: readonly PolicySummary[];
  readonly version: number | undefined;
  readonly running: boolean;
  readonly error: HubError | undefined;
  readonly onAsk: (what: ReplayOf) => void;
  readonly onStop: () => void;
}

function Question({ versions, version, running, error, onAsk, onStop }: QuestionProps) {
  const { t } = useTranslation();
  const errors = useFieldErrors(error);
  const days = lastDays();
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [from, to] = [textIn(data, 'from'), textIn(data, 'to')];
    if (from !== '' && to !== '') onAsk({ version: Number(data.get('version')), from, to: dayAfter(to) });
  };
  return (
    <form className="filter" onSubmit={ask} noValidate>
      <Field label={t('policy.versionHead')} error={errors.at('version')}>
        {(described) => (
          <select {...described} name="version" defaultValue={version}>
            {versions.map(({ version: number, status }) => (
              <option key={number} value={number}>
                {t('policy.version', { version: number })} ({t(`policy.statuses.${status}`)})
              </option>
            ))}
          </select>
        )}
      </Field>
      <TextField name="from" type="date" label={t('days.from')} value={days.from} error={errors.at('from')} />
      <TextField name="to" type="date" label={t('days.to')} value={days.to} error={errors.at('to')} />
      {running ? (
        <button type="button" onClick={onStop}>
          {t('policy.stop')}
        </button>
      ) : (
        <button type="submit" className="primary">
          {t('policy.start')}
        </button>
      )}
      <Failure error={errors.any ? undefined : error} />
    </form>
  );
}

/** People name the last day; the hub is asked up to its end. */
function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
