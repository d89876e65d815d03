import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { useLoad } from '../../hub/use-load.ts';
import { Heading } from '../../ui/Heading.tsx';
import { Shown } from '../../ui/Loaded.tsx';
import { SaidHere } from '../SaidHere.tsx';
import { useSaid } from '../use-said.ts';
import { AboutMe } from './AboutMe.tsx';
import { Identifiers } from './Identifiers.tsx';
import { Levels } from './Levels.tsx';
import { StateAccount } from './StateAccount.tsx';

/** Who this is, how far that is proved, and by what they are found. */
export function IdentityPage() {
  const { t } = useTranslation();
  const { hub } = useSession();
  const own = useLoad(async () => {
    const [profile, { items }, { firstNeeds }] = await Promise.all([
      hub.identity.profile(),
      hub.identity.identifiers(),
      hub.identity.listFactors(),
    ]);
    return { profile, identifiers: items, needs: firstNeeds };
  }, [hub]);
  const said = useSaid();
  const changed = (text: string) => {
    said.say(text);
    own.reload();
  };
  return (
    <div className="person">
      <Heading lead={t('identity.lead')}>{t('identity.title')}</Heading>
      <SaidHere said={said} />
      <Shown of={own}>
        {({ profile, identifiers, needs }) => (
          <>
            <Levels profile={profile} identifiers={identifiers} needs={needs} onChanged={changed} />
            <Identifiers identifiers={identifiers} needs={needs} onChanged={changed} />
            <AboutMe profile={profile} onChanged={changed} />
          </>
        )}
      </Shown>
      <StateAccount />
    </div>
  );
}
