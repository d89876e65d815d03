import { Trans } from 'react-i18next';

/** The Ministry of Health's line, wherever somebody may need it. */
export function Helpline({ text }: { text: 'signIn.help' | 'bettor.help' }) {
  return (
    <p className="helpline">
      <Trans i18nKey={text} components={{ tel: <a href="tel:719">719</a> }} />
    </p>
  );
}
