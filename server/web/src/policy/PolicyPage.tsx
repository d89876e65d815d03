import type { PolicyDocument } from '@kinga/shared/policy/contract.ts';
import { useTranslation } from 'react-i18next';
import { hrefOf, useRoute } from '../app/use-route.ts';
import { useSession } from '../hub/session-context.ts';
import { useLoad } from '../hub/use-load.ts';
import { useFormats } from '../ui/format.ts';
import { Heading } from '../ui/Heading.tsx';
import { Shown } from '../ui/Loaded.tsx';
import { Document } from './Document.tsx';
import { PublishPage } from './PublishPage.tsx';
import { ReplayPage } from './ReplayPage.tsx';
import { Versions } from './Versions.tsx';

export function PolicyPage() {
  const [, what, which] = useRoute();
  if (what === 'new') return <PublishPage />;
  if (what === 'replay') return <ReplayPage version={Number(which) || undefined} />;
  const version = Number(what);
  return Number.isSafeInteger(version) && version > 0 ? <One key={version} version={version} /> : <InForce />;
}

/** What holds now, and the law behind each value. */
function InForce() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const current = useLoad(() => hub.policy.current({}), [hub]);
  return (
    <>
      <Heading lead={t('policy.lead')}>{t('policy.title')}</Heading>
      <p className="buttons">
        <a className="button" href={hrefOf('policy', 'new')}>
          {t('policy.publish')}
        </a>
        <a className="button" href={hrefOf('policy', 'replay')}>
          {t('policy.replay')}
        </a>
      </p>
      <Versions />
      <Shown of={current}>{(document) => <Whole document={document} />}</Shown>
    </>
  );
}

function One({ version }: { version: number }) {
  const { t } = useTranslation();
  const { hub } = useSession();
  const loaded = useLoad(() => hub.policy.get({ version }), [hub, version]);
  return (
    <>
      <p className="way-back">
        <a href="#policy">{t('policy.title')}</a>
      </p>
      <Heading lead={loaded.data?.note}>{t('policy.version', { version })}</Heading>
      <p className="buttons">
        <a className="button" href={hrefOf('policy', 'replay', String(version))}>
          {t('policy.replayThis')}
        </a>
      </p>
      <Shown of={loaded}>{(document) => <Whole document={document} />}</Shown>
    </>
  );
}

function Whole({ document }: { document: PolicyDocument }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { version, status, startsAt } = document;
  return (
    <section className="block" aria-labelledby="document">
      <h2 id="document">
        {t(`policy.documents.${status}`, { version: String(version), at: moment(startsAt) })}
      </h2>
      <Document values={document.values} />
    </section>
  );
}
