import type { Live } from '@kinga/shared/monitoring/contract.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

const KINDS = ['key', 'operator', 'bettor', 'regulator', 'admin', 'anonymous'] as const;

/** Who is connected now. */
export function Sockets({ sockets }: { sockets: Live['sockets'] }) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  const total = KINDS.reduce((sum, kind) => sum + sockets[kind], 0);
  return (
    <section className="block" aria-labelledby="sockets">
      <h2 id="sockets">{t('live.sockets')}</h2>
      <dl className="sockets">
        {KINDS.map((kind) => (
          <div key={kind}>
            <dt>{kind === 'key' || kind === 'anonymous' ? t(`live.${kind}`) : t(`roles.${kind}`)}</dt>
            <dd>
              <meter min={0} max={Math.max(1, total)} value={sockets[kind]} aria-hidden="true" />
              <span>{whole(sockets[kind])}</span>
            </dd>
          </div>
        ))}
        <div className="sockets-total">
          <dt>{t('live.total')}</dt>
          <dd>
            <span>{whole(total)}</span>
          </dd>
        </div>
      </dl>
    </section>
  );
}
