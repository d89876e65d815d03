import type { SupportNews, SupportPerson } from '@kinga/shared/exclusions/life-cycle.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { SUPPORT_NEWS, SupportPersonForm } from './SupportPersonForm.tsx';

/** Somebody close who is told when something happens, if the person wants it. */
export function SupportPersonBlock() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const answer = useLoad(() => hub.exclusions.getSupportPerson(), [hub]);
  const [editing, setEditing] = useState(false);
  const done = (supportPerson: SupportPerson | null) => {
    answer.set({ supportPerson });
    setEditing(false);
  };
  return (
    <section className="block" aria-labelledby="support">
      <h2 id="support">{t('support.title')}</h2>
      <p className="hint">{t('support.lead')}</p>
      <Shown of={answer}>
        {({ supportPerson }) =>
          editing ? (
            <SupportPersonForm known={supportPerson} onDone={done} onCancel={() => setEditing(false)} />
          ) : supportPerson === null ? (
            <button type="button" onClick={() => setEditing(true)}>
              {t('support.add')}
            </button>
          ) : (
            <Named person={supportPerson} onEdit={() => setEditing(true)} onRemoved={() => done(null)} />
          )
        }
      </Shown>
    </section>
  );
}

interface NamedProps {
  readonly person: SupportPerson;
  readonly onEdit: () => void;
  readonly onRemoved: () => void;
}

function Named({ person, onEdit, onRemoved }: NamedProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<unknown>();
  const { name, email, phone } = person;
  const told = (news: SupportNews) => t(`support.news.${news}`);
  const remove = async () => {
    const removed = await run(() => hub.exclusions.removeSupportPerson());
    if (removed !== undefined) onRemoved();
  };
  return (
    <div className="named">
      <p>
        <b>{name}</b> {[phone, email].filter(Boolean).join(', ')}
      </p>
      <p className="hint">
        {t('support.toldOf', {
          news: SUPPORT_NEWS.filter((news) => person.tellOn.includes(news))
            .map(told)
            .join(', '),
        })}
      </p>
      <Failure error={error} />
      <div className="buttons">
        <button type="button" onClick={onEdit}>
          {t('support.change')}
        </button>
        <button type="button" aria-disabled={busy} onClick={() => void remove()}>
          {busy ? t('form.busy') : t('support.remove')}
        </button>
      </div>
    </div>
  );
}
