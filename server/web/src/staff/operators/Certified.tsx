import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { CertificateStanding } from '../../operator/CertificateStanding.tsx';
import { Shown } from '../../ui/Loaded.tsx';

/** Whether an operator's systems have shown that they act rightly. */
export function Certified({ operatorId }: { operatorId: string }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.conformance.certificate({ operatorId }), [hub, operatorId]);
  return (
    <section className="block" aria-labelledby="certified">
      <h2 id="certified">{t('conformance.state')}</h2>
      <p className="hint">{t('certified.hint')}</p>
      <Shown of={loaded}>{({ certificate }) => <CertificateStanding certificate={certificate} />}</Shown>
    </section>
  );
}
