import type { PetitionDetail } from '@kinga/shared/petitions/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { typeKey } from '../people/words.ts';
import { STATE_TONES } from './choices.ts';
import { NextSteps } from './NextSteps.tsx';
import { groundKey, stepKey } from './words.ts';

/** One petition: what was done, and what may be done next. */
export function PetitionPage({ id }: { id: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.petitions.get({ id }), [hub, id]);
  return (
    <>
      <p className="way-back">
        <a href="#petitions">{t('casework.title')}</a>
      </p>
      <Heading>{t('casework.one')}</Heading>
      <Shown of={loaded}>
        {(petition) => (
          <div className="columns">
            <div>
              <Facts petition={petition} />
              <NextSteps petition={petition} onDone={loaded.reload} />
            </div>
            <Steps petition={petition} />
          </div>
        )}
      </Shown>
    </>
  );
}

function Facts({ petition }: { petition: PetitionDetail }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { people, evidence, servedBy, state, decision, appealDecision, hearingEndsAt, appealEndsAt } =
    petition;
  const names = people?.identifiers.map(({ type, value }) => `${t(typeKey(type))} ${value}`) ?? [];
  return (
    <section className="block" aria-labelledby="petition-facts">
      <h2 id="petition-facts">{t('casework.facts')}</h2>
      <dl className="facts">
        <Fact name={t('casework.state')}>
          <Badge tone={STATE_TONES[state]}>{t(`casework.states.${state}`)}</Badge>
        </Fact>
        <Fact name={t('casework.source')}>{t(`register.sources.${petition.source}`)}</Fact>
        <Fact name={t('casework.ground')}>{t(groundKey(petition.ground))}</Fact>
        <Fact name={t('casework.period')}>{t(`register.periods.${petition.period}`)}</Fact>
        <Fact name={t('casework.provisional')}>{t(`casework.provisionals.${petition.provisional}`)}</Fact>
        {servedBy && (
          <Fact name={t('casework.served')}>
            {servedBy.map((way) => t(`casework.ways.${way}`)).join(', ')}
          </Fact>
        )}
        {hearingEndsAt && <Fact name={t('casework.hearingEnds')}>{moment(hearingEndsAt)}</Fact>}
        {decision && <Fact name={t('casework.decision')}>{t(`casework.decisions.${decision}`)}</Fact>}
        {appealEndsAt && <Fact name={t('casework.appealEnds')}>{moment(appealEndsAt)}</Fact>}
        {appealDecision && (
          <Fact name={t('casework.appealDecision')}>{t(`casework.appealDecisions.${appealDecision}`)}</Fact>
        )}
        {people?.name && <Fact name={t('register.name')}>{people.name}</Fact>}
        {names.length > 0 && <Fact name={t('casework.known')}>{names.join(', ')}</Fact>}
        {people?.customerId && <Fact name={t('casework.customer')}>{people.customerId}</Fact>}
      </dl>
      {evidence.length > 0 && (
        <ul className="evidence">
          {evidence.map(({ sha256, description, mediaType }) => (
            <li key={sha256}>
              {description} ({mediaType}) <span className="mono hint">{sha256}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Steps({ petition: { steps } }: { petition: PetitionDetail }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (
    <section className="block" aria-labelledby="petition-steps">
      <h2 id="petition-steps">{t('casework.steps')}</h2>
      <ol className="course">
        {steps.map(({ no, kind, at, text }) => (
          <li key={no} data-step={kind}>
            <strong>{t(stepKey(kind))}</strong> <time dateTime={at}>{moment(at)}</time>
            {text !== null && <p>{text}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
