import type { InvitedStaff, StaffMember } from '@kinga/shared/operators/staff.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../hub/session-context.ts';
import { useAction } from '../hub/use-action.ts';
import { useLoad } from '../hub/use-load.ts';
import { useFieldErrors } from '../register/field-errors.ts';
import { Badge } from '../ui/Badge.tsx';
import { Failure } from '../ui/Failure.tsx';
import { useFormats } from '../ui/format.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { Submit } from '../ui/Submit.tsx';
import { Table } from '../ui/Table.tsx';
import { TextField, textIn } from '../ui/TextField.tsx';
import { useFocusInvalid } from '../ui/use-focus-invalid.ts';
import { NoOperator } from './pages.tsx';

/** Who works for one's own operator. */
export function StaffPage() {
  const { t } = useTranslation();
  const { account } = useSession();
  return (
    <>
      <Heading lead={t('team.lead')}>{t('team.title')}</Heading>
      {account.operatorId === null ? <NoOperator /> : <Team />}
    </>
  );
}

function Team() {
  const { hub } = useSession();
  const loaded = useLoad(() => hub.operators.staff({}), [hub]);
  const action = useAction<unknown>();
  const remove = async (id: string) => {
    if ((await action.run(() => hub.operators.removeStaff({ id }))) !== undefined) loaded.reload();
  };
  return (
    <>
      <Failure error={action.error} />
      <Shown of={loaded}>{({ items }) => <Members items={items} onRemove={(id) => void remove(id)} />}</Shown>
      <Invite onInvited={loaded.reload} />
    </>
  );
}

interface MembersProps {
  readonly items: readonly StaffMember[];
  readonly onRemove: (id: string) => void;
}

function Members({ items, onRemove }: MembersProps) {
  const { t } = useTranslation();
  const { recent } = useFormats();
  return (
    <Table
      label={t('team.title')}
      rows={items}
      id={({ id }) => id}
      columns={[
        { head: t('team.email'), cell: ({ email }) => email ?? t('team.byPhone') },
        {
          head: t('team.state'),
          cell: ({ state, expiresAt }) => (
            <>
              <Badge tone={state === 'member' ? 'good' : 'plain'}>{t(`team.states.${state}`)}</Badge>{' '}
              {expiresAt !== null && (
                <span className="hint">{t('team.until', { at: recent(expiresAt) })}</span>
              )}
            </>
          ),
        },
        { head: t('team.since'), cell: ({ since }) => recent(since) },
        {
          head: t('team.actions'),
          quiet: true,
          cell: (member) => <Remove member={member} onRemove={onRemove} />,
        },
      ]}
    />
  );
}

/** Pressed twice, because it ends somebody's work at once; an invitation is taken back by one press. */
function Remove({
  member: { id, email, state },
  onRemove,
}: { member: StaffMember } & Pick<MembersProps, 'onRemove'>) {
  const { t } = useTranslation();
  const { account } = useSession();
  const [sure, setSure] = useState(false);
  if (id === account.id) return <span className="hint">{t('team.you')}</span>;
  if (state === 'member' && !sure) {
    return (
      <button type="button" className="quiet" onClick={() => setSure(true)}>
        {t('team.remove')}
        <span className="unseen"> {email}</span>
      </button>
    );
  }
  return (
    <button type="button" className={sure ? 'danger' : 'quiet'} onClick={() => onRemove(id)}>
      {t(sure ? 'team.sure' : 'team.withdraw')}
      <span className="unseen"> {email}</span>
    </button>
  );
}

function Invite({ onInvited }: { onInvited: () => void }) {
  const { t, i18n } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run } = useAction<InvitedStaff>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const sheet = event.currentTarget;
    const email = textIn(new FormData(sheet), 'email');
    const locale = i18n.language === 'sw' ? 'sw' : 'en';
    if ((await run(() => hub.operators.inviteStaff({ email, locale }))) === undefined) return;
    sheet.reset();
    onInvited();
  };
  return (
    <section className="block" aria-labelledby="invite">
      <h2 id="invite">{t('team.invite')}</h2>
      <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          name="email"
          label={t('team.email')}
          hint={t('team.inviteHint')}
          error={errors.at('email')}
          inputMode="email"
        />
        <Failure error={errors.any ? undefined : error} />
        <Submit busy={busy}>{t('team.submit')}</Submit>
        <p role="status" className="hint">
          {result && error === undefined && t('team.sent', { to: result.email })}
        </p>
      </form>
    </section>
  );
}
