import type { TokenHistory } from '@kinga/shared/tokens/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useFieldErrors } from '../../register/field-errors.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { TextField, textIn } from '../../ui/TextField.tsx';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { History } from './History.tsx';
import { TokenActions } from './TokenActions.tsx';
import type { Tending } from './use-tending.ts';

/** One token somebody holds in their hands, mapped to a customer or not. */
export function FindToken({ tending }: { tending: Tending }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<TokenHistory>();
  const [found, setFound] = useState<{ token: string; history: TokenHistory }>();
  const errors = useFieldErrors(error);
  const form = useFocusInvalid(error);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = textIn(new FormData(event.currentTarget), 'token');
    const history = await run(() => hub.tokens.history({ token }));
    setFound(history && { token, history });
  };
  return (
    <>
      <section className="block" aria-labelledby="find-token">
        <h2 id="find-token">{t('tokens.find')}</h2>
        <form className="filter" ref={form} onSubmit={(event) => void submit(event)} noValidate>
          <TextField
            name="token"
            label={t('tokens.token')}
            maxLength={100}
            error={errors.at('token') === undefined ? undefined : t('tokens.malformed')}
          />
          <Submit busy={busy}>{t('tokens.show')}</Submit>
        </form>
        <Failure error={errors.any ? undefined : error}>
          {error?.code === 'NOT_FOUND' ? t('tokens.unknown') : undefined}
        </Failure>
      </section>
      {found && (
        <>
          {found.history.generations[0]?.state === 'active' && (
            <TokenActions of={{ token: found.token, name: found.history.handle }} tending={tending} />
          )}
          <History history={found.history} />
        </>
      )}
    </>
  );
}
