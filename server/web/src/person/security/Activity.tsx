import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useList } from '../../hub/use-list.ts';
import { en } from '../../i18n/en.ts';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';

type Nouns = typeof en.activity.actions;
type Known = { [TNoun in keyof Nouns]: `${TNoun & string}.${keyof Nouns[TNoun] & string}` }[keyof Nouns];

/** Who looked at this person's data, and everything that was done to their account. */
export function Activity() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment } = useFormats();
  const activity = useList((page) => hub.identity.activity(page), [hub]);
  return (
    <section className="block" aria-labelledby="activity">
      <h2 id="activity">{t('activity.title')}</h2>
      <p className="hint">{t('activity.lead')}</p>
      <Listed of={activity} empty={t('activity.none')}>
        {(items) => (
          <ul className="rows">
            {items.map(({ at, action, by, staffId, subject }) => (
              <li key={`${at} ${action} ${subject}`} className={by === 'staff' ? 'by-staff' : undefined}>
                <div className="line-between">
                  <b>{isKnown(action) ? t(`activity.actions.${action}`) : t('activity.other', { action })}</b>
                  <time dateTime={at}>{moment(at)}</time>
                </div>
                <p className="hint">{t(`activity.by.${by}`, { staff: staffId ?? '' })}</p>
              </li>
            ))}
          </ul>
        )}
      </Listed>
    </section>
  );
}

function isKnown(action: string): action is Known {
  const [noun = '', verb = ''] = action.split('.');
  const nouns: Readonly<Record<string, Readonly<Record<string, string>>>> = en.activity.actions;
  return nouns[noun]?.[verb] !== undefined;
}
