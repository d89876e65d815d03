import { useTranslation } from 'react-i18next';

/** The one button a form is for; while it works it says so. */
export function Submit({ busy, children }: { busy: boolean; children: string }) {
  const { t } = useTranslation();
  return (
    <button className="primary" type="submit" aria-disabled={busy}>
      {busy ? t('form.busy') : children}
    </button>
  );
}
