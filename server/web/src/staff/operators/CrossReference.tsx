import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { hrefOf } from '../../app/use-route.ts';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { TOKEN_TONES } from '../../operator/tokens/choices.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Submit } from '../../ui/Submit.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { useOperators } from '../use-operators.ts';

type Found = OutputOf<Contract['tokens']['crossReference']>;
type Related = Found['tokens'][number];

/** What every token begins with; anything else is a handle. */
const TOKEN = /^bst1_/i;

/** Which other tokens stand for the same person, by one of them or by a handle that an alert names. */
export function CrossReference() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, result, run } = useAction<Found>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const named = textIn(new FormData(event.currentTarget), 'named');
    void run(() => hub.tokens.crossReference(TOKEN.test(named) ? { token: named } : { handle: named }));
  };
  return (
    <section className="block" aria-labelledby="cross-reference">
      <h2 id="cross-reference">{t('crossReference.title')}</h2>
      <p className="hint">{t('crossReference.lead')}</p>
      <form className="filter" ref={form} onSubmit={submit} noValidate>
        <TextField
          name="named"
          label={t('crossReference.named')}
          maxLength={100}
          error={errors.at('token') === undefined ? errors.at('handle') : t('tokens.malformed')}
        />
        <Submit busy={busy}>{t('crossReference.find')}</Submit>
      </form>
      <Failure error={errors.any ? undefined : error}>
        {error?.code === 'NOT_FOUND' ? t('crossReference.unknown') : undefined}
      </Failure>
      <Others found={error === undefined ? result : undefined} />
    </section>
  );
}

function Others({ found }: { found: Found | undefined }) {
  const { t } = useTranslation();
  const columns = useColumns();
  const count = found?.tokens.length ?? 0;
  return (
    <>
      <p role="status" className="hint">
        {found &&
          (count === 0
            ? t('crossReference.none')
            : t('crossReference.found', { count, handle: found.handle }))}
      </p>
      {found && count > 0 && (
        <Table
          label={t('crossReference.title')}
          columns={columns}
          rows={found.tokens}
          id={({ handle }) => handle}
        />
      )}
    </>
  );
}

function useColumns(): readonly Column<Related>[] {
  const { t } = useTranslation();
  const { moment, whole } = useFormats();
  const operators = useOperators();
  return [
    {
      head: t('crossReference.operator'),
      cell: ({ operatorId }) => (
        <a href={hrefOf('operators', operatorId, 'tokens')}>
          {operators.get(operatorId)?.name ?? operatorId}
        </a>
      ),
    },
    { head: t('tokens.handle'), cell: ({ handle }) => <span className="mono">{handle}</span> },
    {
      head: t('tokens.state'),
      cell: ({ state }) => <Badge tone={TOKEN_TONES[state]}>{t(`tokens.states.${state}`)}</Badge>,
    },
    { head: t('crossReference.sharing'), cell: ({ sharing }) => t(`crossReference.sharings.${sharing}`) },
    { head: t('tokens.issuedAt'), cell: ({ issuedAt }) => moment(issuedAt) },
    { head: t('tokens.customersOf'), cell: ({ customers }) => whole(customers), number: true },
  ];
}
