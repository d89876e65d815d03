import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../hub/session-context.ts';
import { Heading } from '../../ui/Heading.tsx';
import { SaidHere } from '../SaidHere.tsx';
import { useSaid } from '../use-said.ts';
import { Activity } from './Activity.tsx';
import { ChecksOfMe } from './ChecksOfMe.tsx';
import { Devices } from './Devices.tsx';
import { Factors } from './Factors.tsx';
import { Password } from './Password.tsx';
import { PushDevices } from './PushDevices.tsx';
import { Sessions } from './Sessions.tsx';
import { SignIns } from './SignIns.tsx';

/** That nobody else gets in, and who has been here. */
export function SecurityPage() {
  const { t } = useTranslation();
  const said = useSaid();
  // With the other sessions the apps go that tell: their list is another one then.
  const [ended, setEnded] = useState(0);
  const { role } = useSession().account;
  const isPersonal = role === 'bettor' || role === 'citizen';
  return (
    <div className="person">
      <Heading lead={t('security.lead')}>{t('security.title')}</Heading>
      <SaidHere said={said} />
      <Factors onSaid={said.say} />
      <Password onSaid={said.say} />
      <Sessions onSaid={said.say} onOthersEnded={() => setEnded(ended + 1)} />
      <Devices onSaid={said.say} />
      <PushDevices key={ended} onSaid={said.say} />
      <SignIns />
      {isPersonal && <ChecksOfMe />}
      <Activity />
    </div>
  );
}
