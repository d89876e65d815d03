import type { PushDevice } from '@kinga/shared/notifications/contract.ts';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useAction } from '../../hub/use-action.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Failure } from '../../ui/Failure.tsx';
import { useFormats } from '../../ui/format.ts';
import { Shown } from '../../ui/Loaded.tsx';

/** The apps on which one is told that there is something new. */
export function PushDevices({ onSaid }: { onSaid: (said: string) => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const devices = useLoad(() => hub.notifications.devices(), [hub]);
  const removed = () => {
    devices.reload();
    onSaid(t('security.saidStopped'));
  };
  return (
    <section className="block" aria-labelledby="push-devices">
      <h2 id="push-devices">{t('security.pushDevices')}</h2>
      <p className="hint">{t('security.pushDevicesLead')}</p>
      <Shown of={devices}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="empty">{t('security.noPushDevices')}</p>
          ) : (
            <ul className="rows">
              {items.map((device) => (
                <DeviceLine key={device.deviceId} device={device} onRemoved={removed} />
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  );
}

function DeviceLine({ device, onRemoved }: { device: PushDevice; onRemoved: () => void }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const { recent } = useFormats();
  const { busy, error, run } = useAction<unknown>();
  const { deviceId, label, platform, lastSeenAt } = device;
  const remove = async () => {
    if ((await run(() => hub.notifications.removeDevice({ deviceId }))) !== undefined) onRemoved();
  };
  const kind = t(`security.pushPlatforms.${platform}`);
  const seen = t('security.lastSeen', { time: recent(lastSeenAt) });
  return (
    <li data-push-device={deviceId}>
      <div className="line-between line-wraps">
        <div>
          <b>{label ?? kind}</b>
          <p className="hint">{label === null ? seen : `${kind} · ${seen}`}</p>
        </div>
        <button type="button" className="quiet" aria-disabled={busy} onClick={() => void remove()}>
          {busy ? t('form.busy') : t('security.stopHere')}
        </button>
      </div>
      <Failure error={error} />
    </li>
  );
}
