import type { Period } from '@kinga/shared/exclusions/contract.ts';
import type { Petition, PetitionDetail } from '@kinga/shared/petitions/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { PERIODS } from '../../ui/choices.ts';
import { Reason } from '../../ui/Reason.tsx';
import { ChoiceField } from '../../ui/TextField.tsx';
import { Notice } from './Notice.tsx';
import type { Effect, StepProps } from './step.ts';

interface NextStepsProps {
  readonly petition: PetitionDetail;
  readonly onDone: () => void;
}

/** What staff may do with a petition as it stands. */
export function NextSteps({ petition, onDone }: NextStepsProps) {
  const { t } = useTranslation();
  const action = useAction<Petition>();
  const act = async (effect: Effect) => {
    if ((await action.run(effect)) !== undefined) onDone();
  };
  const steps = { petition, action, act };
  const { state, source } = petition;
  const ours = source === 'court' || source === 'regulator';
  const heard = state === 'heard' || state === 'hearingWaived';
  // Whoever the decision went against: here only staff who brought it, and lost.
  const appealing = state === 'decided' && ours && petition.decision === 'dismissed';
  const open = state === 'filed' || state === 'noticeServed' || heard;
  return (
    <section className="block" aria-labelledby="petition-next">
      <h2 id="petition-next">{t('casework.next')}</h2>
      {state === 'filed' && <Notice {...steps} />}
      {open && petition.provisional === 'requested' && <Provisional {...steps} />}
      {(state === 'noticeServed' || state === 'hearingWaived') && <Hearing {...steps} />}
      {(heard || (state === 'noticeServed' && windowOver(petition))) && <Decide {...steps} />}
      {appealing && <Appeal {...steps} />}
      {state === 'appealed' && <DecideAppeal {...steps} />}
      {open && ours && <Withdraw {...steps} />}
      {(state === 'appealDecided' || state === 'withdrawn') && <p className="empty">{t('casework.over')}</p>}
      {state === 'decided' && !appealing && <p className="empty">{t('casework.appealable')}</p>}
    </section>
  );
}

/** Nothing is decided while the person may still be heard. */
function windowOver({ hearingEndsAt }: PetitionDetail): boolean {
  return hearingEndsAt !== null && Date.parse(hearingEndsAt) <= Date.now();
}

interface StepFormProps extends StepProps {
  readonly title: string;
  readonly label: string;
  readonly submit: string;
  readonly children?: React.ReactNode;
  readonly effect: (said: string, form: FormData, idempotencyKey: string) => Promise<Petition>;
}

/** Folded until it is wanted: a petition has few next steps, and each is a form. */
function StepForm({ title, label, submit, action, act, children, effect }: StepFormProps) {
  return (
    <details className="more step">
      <summary>{title}</summary>
      <Reason
        label={label}
        submit={submit}
        busy={action.busy}
        error={action.error}
        onReason={(said, form) => void act((idempotencyKey) => effect(said, form, idempotencyKey))}
      >
        {children}
      </Reason>
    </details>
  );
}

function Provisional(props: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { id } = props.petition;
  return (
    <StepForm
      {...props}
      title={t('casework.provisionally')}
      label={t('casework.reason')}
      submit={t('casework.grant')}
      effect={(reason, _form, idempotencyKey) =>
        hub.petitions.grantProvisional({ id, reason }, { idempotencyKey })
      }
    />
  );
}

const HEARINGS = ['heard', 'waived'] as const;

function Hearing(props: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { id } = props.petition;
  return (
    <StepForm
      {...props}
      title={t('casework.hearing')}
      label={t('casework.statement')}
      submit={t('casework.record')}
      effect={(statement, form, idempotencyKey) => {
        const hearing = form.get('hearing') === 'waived' ? 'waived' : 'heard';
        return hub.petitions.respond({ id, hearing, statement }, { idempotencyKey });
      }}
    >
      <ChoiceField
        name="hearing"
        label={t('casework.what')}
        choices={HEARINGS}
        text={(choice) => t(`casework.hearings.${choice}`)}
      />
    </StepForm>
  );
}

const DECISIONS = ['upheld', 'dismissed'] as const;

/** What was asked, or less: nobody was heard on more. */
const shorterThan = (asked: Period) => PERIODS.slice(0, PERIODS.indexOf(asked));

function Decide(props: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { id } = props.petition;
  const shorter = shorterThan(props.petition.period);
  return (
    <StepForm
      {...props}
      title={t('casework.decide')}
      label={t('casework.reason')}
      submit={t('casework.decide')}
      effect={(reason, form, idempotencyKey) => {
        const decision = form.get('decision') === 'dismissed' ? 'dismissed' : 'upheld';
        const period = shorter.find((candidate) => candidate === form.get('period'));
        return hub.petitions.decide({ id, decision, reason, ...(period && { period }) }, { idempotencyKey });
      }}
    >
      <div className="pair">
        <ChoiceField
          name="decision"
          label={t('casework.decision')}
          choices={DECISIONS}
          text={(choice) => t(`casework.decisions.${choice}`)}
        />
        <ChoiceField
          name="period"
          label={t('casework.period')}
          none={t('casework.asPetitioned')}
          choices={shorter}
          text={(choice) => t(`register.periods.${choice}`)}
        />
      </div>
    </StepForm>
  );
}

function Appeal(props: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { id } = props.petition;
  return (
    <StepForm
      {...props}
      title={t('casework.appeal')}
      label={t('casework.statement')}
      submit={t('casework.appeal')}
      effect={(statement, _form, idempotencyKey) =>
        hub.petitions.appeal({ id, statement }, { idempotencyKey })
      }
    />
  );
}

const APPEAL_DECISIONS = ['confirmed', 'reversed'] as const;

function DecideAppeal(props: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { id } = props.petition;
  return (
    <StepForm
      {...props}
      title={t('casework.decideAppeal')}
      label={t('casework.reason')}
      submit={t('casework.decideAppeal')}
      effect={(reason, form, idempotencyKey) => {
        const decision = form.get('decision') === 'reversed' ? 'reversed' : 'confirmed';
        return hub.petitions.decideAppeal({ id, decision, reason }, { idempotencyKey });
      }}
    >
      <ChoiceField
        name="decision"
        label={t('casework.appealDecision')}
        choices={APPEAL_DECISIONS}
        text={(choice) => t(`casework.appealDecisions.${choice}`)}
      />
    </StepForm>
  );
}

function Withdraw(props: StepProps) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { id } = props.petition;
  return (
    <StepForm
      {...props}
      title={t('casework.withdraw')}
      label={t('casework.reason')}
      submit={t('casework.withdraw')}
      effect={(reason, _form, idempotencyKey) => hub.petitions.withdraw({ id, reason }, { idempotencyKey })}
    />
  );
}
