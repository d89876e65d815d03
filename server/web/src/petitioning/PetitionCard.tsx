import type { Petition, PetitionDetail } from '@kinga/shared/petitions/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { useFormats } from '../ui/format.ts';
import { Shown } from '../ui/Loaded.tsx';
import { NextStep } from './NextStep.tsx';
import { sideOf, whatNow } from './what-now.ts';
import { groundKey, stepKey } from './words.ts';

interface PetitionCardProps {
  readonly petition: Petition;
  readonly onChanged: (said: string) => void;
}

/** One petition: where it stands, and behind it its course with what may be done. */
export function PetitionCard({ petition, onChanged }: PetitionCardProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { id, source, ground, period, state, filedAt } = petition;
  const [open, setOpen] = useState(waitsForSomebody(petition));
  return (
    <section className="petition" aria-labelledby={id} data-petition={id}>
      <h3 id={id}>{t(groundKey(ground))}</h3>
      <p>
        {t('others.row', {
          source: t(`register.sources.${source}`),
          period: t(`register.periods.${period}`),
          time: moment(filedAt),
        })}
      </p>
      <p>
        <b>{t(`others.states.${state}`)}</b>
        {petition.decision !== null && <> · {t(`others.decisions.${petition.decision}`)}</>}
        {petition.appealDecision !== null && <> · {t(`others.appealDecisions.${petition.appealDecision}`)}</>}
      </p>
      {petition.provisional !== 'none' && (
        <p className="hint">{t(`others.provisional.${petition.provisional}`)}</p>
      )}
      {open ? (
        <Course key={`${state} ${petition.provisional}`} id={id} onChanged={onChanged} />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          {t('others.open')}
        </button>
      )}
    </section>
  );
}

/** Opened by itself where somebody may have to say something in time. */
function waitsForSomebody({ state }: Petition): boolean {
  return state === 'noticeServed' || state === 'decided';
}

function Course({ id, onChanged }: { id: string } & Pick<PetitionCardProps, 'onChanged'>) {
  const { hub } = useSession();
  const detail = useLoad(() => hub.petitions.get({ id }), [hub, id]);
  return (
    <Shown of={detail}>
      {(petition) => (
        <>
          <Told petition={petition} />
          <Steps petition={petition} />
          {whatNow(petition, Date.now()).map((step) => (
            <NextStep key={step} id={id} step={step} onDone={onChanged} />
          ))}
        </>
      )}
    </Shown>
  );
}

/** What it means for whoever reads it, and until when they may say something. */
function Told({ petition }: { petition: PetitionDetail }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const ours = useSession().account.role === 'operator';
  const side = sideOf(petition);
  const { noticeServedAt, hearingEndsAt, appealEndsAt, servedBy, state } = petition;
  return (
    <>
      <p className={side === 'person' ? 'notice' : 'hint'}>{t(`others.sides.${ours ? 'operator' : side}`)}</p>
      {noticeServedAt !== null && (
        <p>
          {servedBy === null
            ? t('others.servedAt', { time: moment(noticeServedAt) })
            : t('others.served', { ways: servedBy.map((way) => t(`casework.ways.${way}`)).join(', ') })}
        </p>
      )}
      {state === 'noticeServed' && hearingEndsAt !== null && (
        <p>{t(`others.hearing.${side}`, { time: moment(hearingEndsAt) })}</p>
      )}
      {state === 'decided' && appealEndsAt !== null && (
        <p>{t('others.appealUntil', { time: moment(appealEndsAt) })}</p>
      )}
    </>
  );
}

function Steps({ petition: { steps, evidence } }: { petition: PetitionDetail }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (
    <>
      <ol className="timeline" aria-label={t('others.course')}>
        {steps.map(({ no, kind, at, text }) => (
          <li key={no} className="past">
            <span>
              {t(stepKey(kind))}
              {text !== null && <q className="said-then">{text}</q>}
            </span>
            <time dateTime={at}>{moment(at)}</time>
          </li>
        ))}
      </ol>
      {evidence.length > 0 && (
        <p className="hint">
          {t('others.evidence')}: {evidence.map(({ description }) => description).join(', ')}
        </p>
      )}
    </>
  );
}
