import type { Live } from '@kinga/shared/monitoring/contract.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

const KINDS = ['key', 'operator', 'bettor', 'citizen', 'regulator', 'support', 'admin', 'anonymous'] as const;

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
              <Bar share={sockets[kind] / Math.max(1, total)} />
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

/** Decoration: the number stands beside it. */
function Bar({ share }: { share: number }) {
  return (
    <span className="bar" aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}
