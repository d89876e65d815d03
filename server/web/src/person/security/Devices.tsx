import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useList } from '../../hub/use-list.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Listed } from '../../ui/Loaded.tsx';

type Device = OutputOf<Contract['identity']['listDevices']>['items'][number];

/** From where one has signed in, and which of them needs no second factor. */
export function Devices({ onSaid }: { onSaid: (said: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const devices = useList((page) => hub.identity.listDevices(page), [hub]);
  const changed = (text: string) => {
    devices.reload();
    onSaid(text);
  };
  return (
    <section className="block" aria-labelledby="devices">
      <h2 id="devices">{t('security.devices')}</h2>
      <p className="hint">{t('security.devicesLead')}</p>
      <Listed of={devices} empty={t('security.noDevices')}>
        {(items) => (
          <ul className="rows">
            {items.map((device) => (
              <DeviceLine key={device.id} device={device} onChanged={changed} />
            ))}
          </ul>
        )}
      </Listed>
    </section>
  );
}

function DeviceLine({ device, onChanged }: { device: Device; onChanged: (said: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { moment, recent } = useFormats();
  const { busy, error, run } = useAction<unknown>();
  const { id: deviceId, name, lastSeenAt, trustedUntil, current } = device;
  const act = async (effect: () => Promise<unknown>, said: string) => {
    const done = await run(effect);
    if (done !== undefined) onChanged(said);
  };
  const isTrusted = trustedUntil !== null && Date.parse(trustedUntil) > Date.now();
  return (
    <li>
      <div className="line-between">
        <div>
          <b>{name ?? t('security.unknownDevice')}</b>
          <p className="hint">
            {isTrusted
              ? t('security.trustedUntil', { time: moment(trustedUntil) })
              : t('security.lastSeen', { time: recent(lastSeenAt) })}
          </p>
        </div>
        {!current ? (
          <button
            type="button"
            className="quiet"
            aria-disabled={busy}
            onClick={() =>
              void act(() => hub.identity.forgetDevice({ deviceId }), t('security.saidForgotten'))
            }
          >
            {busy ? t('form.busy') : t('security.forget')}
          </button>
        ) : isTrusted ? (
          <Badge tone="good">{t('security.trusted')}</Badge>
        ) : (
          <button
            type="button"
            aria-disabled={busy}
            onClick={() => void act(() => hub.identity.trustDevice({ deviceId }), t('security.saidTrusted'))}
          >
            {busy ? t('form.busy') : t('security.trust')}
          </button>
        )}
      </div>
      <Failure error={error} />
    </li>
  );
}
