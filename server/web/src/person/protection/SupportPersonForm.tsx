import type { SupportNews, SupportPerson } from '@kinga/shared/exclusions/life-cycle.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { LANGUAGES } from '../../i18n/index.ts';
import { isMalformed } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Field } from '../../ui/Field.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { useFocusHere } from '../../ui/use-focus-here.ts';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';

export const SUPPORT_NEWS: readonly SupportNews[] = [
  'registered',
  'extended',
  'ending',
  'returnRequested',
  'lifted',
];

interface Wrong {
  readonly name: boolean;
  readonly contact: boolean;
  readonly news: boolean;
}

interface SupportPersonFormProps {
  readonly known: SupportPerson | null;
  readonly onDone: (set: SupportPerson) => void;
  readonly onCancel: () => void;
}

export function SupportPersonForm({ known, onDone, onCancel }: SupportPersonFormProps) {
  const { t, i18n } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<SupportPerson>();
  const [wrong, setWrong] = useState<Wrong>();
  const form = useFocusInvalid(wrong, error);
  const first = useFocusHere<HTMLInputElement>();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = inputOf(new FormData(event.currentTarget));
    const { name, phone, email, tellOn } = input;
    const seen = { name: name === '', contact: !phone && !email, news: tellOn.length === 0 };
    setWrong(seen);
    if (seen.name || seen.contact || seen.news) return;
    const set = await run((idempotencyKey) => hub.exclusions.setSupportPerson(input, { idempotencyKey }));
    if (set !== undefined) onDone(set);
  };
  const phoneProblem = isMalformed(error, 'phone')
    ? t('field.phone')
    : wrong?.contact
      ? t('support.contactMissing')
      : undefined;
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Field label={t('support.name')} error={wrong?.name ? t('field.required') : undefined}>
        {(described) => (
          <input
            {...described}
            ref={first}
            name="name"
            defaultValue={known?.name}
            autoComplete="off"
            maxLength={200}
          />
        )}
      </Field>
      <div className="pair">
        <Field label={t('register.types.phone')} error={phoneProblem}>
          {(described) => (
            <input
              {...described}
              name="phone"
              inputMode="tel"
              defaultValue={known?.phone ?? ''}
              autoComplete="off"
            />
          )}
        </Field>
        <Field
          label={t('register.types.email')}
          error={isMalformed(error, 'email') ? t('field.email') : undefined}
        >
          {(described) => (
            <input
              {...described}
              name="email"
              inputMode="email"
              defaultValue={known?.email ?? ''}
              autoComplete="off"
            />
          )}
        </Field>
      </div>
      <Field label={t('support.language')}>
        {(described) => (
          <select {...described} name="locale" defaultValue={known?.locale ?? i18n.language}>
            {Object.entries(LANGUAGES).map(([language, name]) => (
              <option key={language} value={language}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <News known={known} isMissing={wrong?.news === true} />
      <Failure error={error}>{error?.code === 'INVALID_INPUT' ? t('field.summary') : undefined}</Failure>
      <div className="buttons">
        <Submit busy={busy}>{t('form.save')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}

function News({ known, isMissing }: { known: SupportPerson | null; isMissing: boolean }) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend>{t('support.tellOn')}</legend>
      <div className="choices">
        {SUPPORT_NEWS.map((news) => (
          <label key={news}>
            <input
              type="checkbox"
              name="tellOn"
              value={news}
              defaultChecked={known === null || known.tellOn.includes(news)}
              aria-invalid={isMissing || undefined}
            />
            <span>{t(`support.news.${news}`)}</span>
          </label>
        ))}
      </div>
      {isMissing && <p className="field-error">{t('support.newsMissing')}</p>}
    </fieldset>
  );
}

/** Fields left empty are not sent at all. */
function inputOf(data: FormData) {
  const text = (name: string) => String(data.get(name) ?? '').trim();
  const chosen = data.getAll('tellOn');
  return {
    name: text('name'),
    ...(text('phone') !== '' && { phone: text('phone') }),
    ...(text('email') !== '' && { email: text('email') }),
    locale: text('locale') === 'sw' ? ('sw' as const) : ('en' as const),
    tellOn: SUPPORT_NEWS.filter((news) => chosen.includes(news)),
  };
}
