import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useLoad } from '../hub/use-load.ts';
import { LANGUAGES, type Language } from '../i18n/index.ts';
import { type FieldErrors, useFieldErrors } from '../register/field-errors.ts';
import { Failure } from '../ui/Failure.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { Submit } from '../ui/Submit.tsx';
import { ChoiceField, TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { NOTICES } from './choices.ts';

type Values = OutputOf<Contract['operators']['settings']>;

/** How an operator wants to be reached. */
export function Settings({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.operators.settings({ operatorId }), [hub, operatorId]);
  return (
    <section className="block" aria-labelledby="settings">
      <h2 id="settings">{t('settings.title')}</h2>
      <Shown of={loaded}>{(values) => <SettingsForm values={values} />}</Shown>
    </section>
  );
}

function SettingsForm({ values }: { values: Values }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run } = useAction<Values>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = { operatorId: values.operatorId, ...settingsIn(new FormData(event.currentTarget)) };
    void run((idempotencyKey) => hub.operators.updateSettings(input, { idempotencyKey }));
  };
  return (
    <form className="sheet" ref={form} onSubmit={submit} noValidate>
      <Incident contact={values.incidentContact} errors={errors} />
      <fieldset className="checks">
        <legend>{t('settings.notices')}</legend>
        {NOTICES.map((notice) => (
          <label key={notice}>
            <input
              type="checkbox"
              name="notices"
              value={notice}
              defaultChecked={values.notices.includes(notice)}
            />
            <span>{t(`settings.about.${notice}`)}</span>
          </label>
        ))}
      </fieldset>
      <div className="pair">
        <ChoiceField
          name="locale"
          label={t('app.language')}
          choices={Object.keys(LANGUAGES) as Language[]}
          text={(choice) => LANGUAGES[choice]}
          value={values.locale}
        />
        <TextField
          name="recipients"
          label={t('settings.recipients')}
          hint={t('settings.recipientsHint')}
          value={values.reportRecipients.join(', ')}
          error={errors.at('reportRecipients')}
          maxLength={4_000}
        />
      </div>
      <Failure error={errors.any ? undefined : error} />
      <Submit busy={busy}>{t('form.save')}</Submit>
      <p role="status">{result && !busy ? t('form.saved') : ''}</p>
    </form>
  );
}

function Incident({ contact, errors }: { contact: Values['incidentContact']; errors: FieldErrors }) {
  const { t } = useTranslation();
  return (
    <fieldset className="sheet">
      <legend>{t('settings.incident')}</legend>
      <TextField
        name="name"
        label={t('settings.name')}
        value={contact?.name}
        error={errors.at('incidentContact.name')}
      />
      <div className="pair">
        <TextField
          name="email"
          label={t('settings.email')}
          inputMode="email"
          value={contact?.email}
          error={errors.at('incidentContact.email')}
        />
        <TextField
          name="phone"
          label={t('settings.phone')}
          inputMode="tel"
          value={contact?.phone}
          error={errors.at('incidentContact.phone')}
        />
      </div>
    </fieldset>
  );
}

/** Nobody named: there is no contact. Addresses are parted as people part them. */
function settingsIn(data: FormData) {
  const [name, email, phone] = [textIn(data, 'name'), textIn(data, 'email'), textIn(data, 'phone')];
  const nobody = name === '' && email === '' && phone === '';
  return {
    incidentContact: nobody ? null : { name, email, ...(phone !== '' && { phone }) },
    notices: NOTICES.filter((notice) => data.getAll('notices').includes(notice)),
    locale: data.get('locale') === 'sw' ? ('sw' as const) : ('en' as const),
    reportRecipients: textIn(data, 'recipients')
      .split(/[\s,;]+/)
      .filter((address) => address !== ''),
  };
}
