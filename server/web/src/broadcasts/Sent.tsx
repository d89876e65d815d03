import type { Broadcast } from '@kinga/shared/broadcasts/contract.ts';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';

export interface Counts {
  readonly delivered: number;
  readonly acknowledged: number;
}

interface SentProps {
  readonly sent: readonly Broadcast[];
  readonly counts: ReadonlyMap<string, Counts>;
}

export function Sent({ sent, counts }: SentProps) {
  const { t } = useTranslation();
  const { whole, time } = useFormats();
  return (
    <section className="block" aria-labelledby="sent">
      <h2 id="sent">{t('broadcasts.sent')}</h2>
      {sent.length === 0 && <p className="empty">{t('broadcasts.sentNone')}</p>}
      <ul className="sent" aria-live="polite">
        {sent.map(({ id, title, sentAt }) => {
          const { delivered, acknowledged } = counts.get(id) ?? { delivered: 0, acknowledged: 0 };
          return (
            <li key={id} data-broadcast={id}>
              <p>
                <strong>{title}</strong> <time dateTime={sentAt}>{time(sentAt)}</time>
              </p>
              <p className="sent-counts">
                <span data-delivered={delivered}>
                  <b>{whole(delivered)}</b> {t('broadcasts.delivered')}
                </span>
                <span data-acknowledged={acknowledged}>
                  <b>{whole(acknowledged)}</b> {t('broadcasts.acknowledged')}
                </span>
              </p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
