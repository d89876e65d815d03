import { useTranslation } from 'react-i18next';
import { useFormats } from '../ui/format.ts';
import { type NoticeText, SIGN_OUT_FOR_LINK } from './notices.ts';

export interface Notice {
  readonly text: NoticeText;
  readonly at: number;
}

interface NoticesProps {
  readonly notices: readonly Notice[];
  readonly onDismiss: (notice: Notice) => void;
}

/** Continuity was lost, or a link leads nowhere from here: said where nobody can miss it, until it was seen. */
export function Notices({ notices, onDismiss }: NoticesProps) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <div role="status" className="notices">
      {notices.map((notice) => (
        <div key={notice.text} className="notice notice-reset">
          <p>
            {notice.text !== SIGN_OUT_FOR_LINK && (
              <strong>{t('connection.resetTitle', { time: time(notice.at) })}.</strong>
            )}{' '}
            {t(notice.text)}
          </p>
          <button type="button" className="quiet" onClick={() => onDismiss(notice)}>
            {t('app.dismiss')}
          </button>
        </div>
      ))}
    </div>
  );
}
