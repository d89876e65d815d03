import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { CodeField, codeIn, isCode } from '../../session/fields.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { Submit } from '../../ui/Submit.tsx';
import { useFocusHere } from '../../ui/use-focus-here.ts';
import { useFocusInvalid } from '../../ui/use-focus-invalid.ts';
import { Qr } from './Qr.tsx';
import { type OwnerProofOf, useOwnerProof } from './use-owner-proof.tsx';

type Started = OutputOf<Contract['identity']['startTotp']>;
type Confirmed = OutputOf<Contract['identity']['confirmTotp']>;

interface TotpProps {
  readonly owner: OwnerProofOf;
  readonly onDone: (recoveryCodes: readonly string[]) => void;
  readonly onCancel: () => void;
}

/** An authenticator app: its key as a picture, as a link on this phone, and as text. */
export function Totp(props: TotpProps) {
  const { hub } = useSession();
  const started = useLoad(() => hub.identity.startTotp(), [hub]);
  return <Shown of={started}>{(given) => <Confirm {...props} started={given} />}</Shown>;
}

function Confirm({ owner, started, onDone, onCancel }: TotpProps & { started: Started }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { busy, error, run } = useAction<Confirmed | undefined>();
  const [wrong, setWrong] = useState<object>();
  const form = useFocusInvalid(wrong, error);
  // The button that was pressed has given way to this.
  const lead = useFocusHere<HTMLParagraphElement>();
  const proof = useOwnerProof(owner);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const code = codeIn(data);
    setWrong(isCode(code) ? undefined : {});
    if (!isCode(code)) return;
    const done = await run(async () => {
      const given = await proof.give(data);
      return given && (await hub.identity.confirmTotp({ code, ...given }));
    });
    if (done !== undefined) onDone(done.recoveryCodes);
  };
  const isRefused = error?.code === 'CODE_REFUSED';
  const problem = wrong ? t('door.codeWrong') : isRefused ? t('errors.CODE_REFUSED') : undefined;
  return (
    <form className="sheet" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <p tabIndex={-1} ref={lead}>
        {t('security.scan')}
      </p>
      <Qr svg={started.qrSvg} label={t('security.qr')} />
      <p>
        <a className="button" href={started.url}>
          {t('security.openApp')}
        </a>
      </p>
      <p className="hint">
        {t('security.key')} <b className="mono breaks">{keyIn(started.url)}</b>
      </p>
      <CodeField problem={problem} />
      {proof.fields}
      <Failure error={isRefused ? undefined : error} />
      <div className="buttons">
        <Submit busy={busy}>{t('security.putInForce')}</Submit>
        <button type="button" onClick={onCancel}>
          {t('form.cancel')}
        </button>
      </div>
    </form>
  );
}

/** In groups of four, as people copy it. */
function keyIn(url: string): string {
  const secret = new URL(url).searchParams.get('secret') ?? '';
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ');
}
