import type { OutputOf } from '@kinga/shared/contract/procedure.ts';
import type { Contract } from '@kinga/shared/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { useFormats } from '../../ui/format.ts';
import type { FirstNeeds } from '../security/use-first-proof.tsx';
import { AddContact } from './AddContact.tsx';
import type { OwnIdentifier } from './ContactProof.tsx';
import { NationalIdForm } from './NationalIdForm.tsx';
import { ProveContact } from './ProveContact.tsx';

export type Profile = OutputOf<Contract['identity']['profile']>;
type Level = keyof Profile['verifiedAt'];

const LEVELS: readonly Level[] = ['phone', 'email', 'nationalId'];

interface LevelsProps {
  readonly profile: Profile;
  readonly identifiers: readonly OwnIdentifier[];
  readonly needs: FirstNeeds;
  readonly onChanged: (said: string) => void;
}

/** How far it is proved who this is, and what is missing. */
export function Levels({ profile, identifiers, needs, onChanged }: LevelsProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<Level>();
  const reached = LEVELS.filter((level) => profile.verifiedAt[level] !== null).length;
  const done = (level: Level) => {
    setOpen(undefined);
    onChanged(t(`identity.saidProved.${level}`));
  };
  return (
    <section className="block" aria-labelledby="levels">
      <h2 id="levels">{t('identity.levels')}</h2>
      <p className="hint">{t('identity.levelsLead', { reached, all: LEVELS.length })}</p>
      <ul className="rows levels">
        {LEVELS.map((level) => (
          <li key={level} data-level={level}>
            <LevelLine
              level={level}
              at={profile.verifiedAt[level]}
              isOpen={open === level}
              onOpen={() => setOpen(level)}
            />
            {open === level && (
              <Prove
                level={level}
                profile={profile}
                identifiers={identifiers}
                needs={needs}
                onDone={() => done(level)}
                onCancel={() => setOpen(undefined)}
              />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface LevelLineProps {
  readonly level: Level;
  readonly at: string | null;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function LevelLine({ level, at, isOpen, onOpen }: LevelLineProps) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  return (
    <div className="line-between">
      <div>
        <b>{t(`register.types.${level}`)}</b>
        <p className="hint">
          {at === null ? t(`identity.missing.${level}`) : t('identity.provedAt', { time: moment(at) })}
        </p>
      </div>
      {at === null ? (
        !isOpen && (
          <button type="button" onClick={onOpen}>
            {t('identity.prove')}
            <span className="unseen"> {t(`register.types.${level}`)}</span>
          </button>
        )
      ) : (
        <Badge tone="good">{t('identity.proved')}</Badge>
      )}
    </div>
  );
}

interface ProveProps {
  readonly level: Level;
  readonly profile: Profile;
  readonly identifiers: readonly OwnIdentifier[];
  readonly needs: FirstNeeds;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

function Prove({ level, profile, identifiers, needs, onDone, onCancel }: ProveProps) {
  if (level === 'nationalId') {
    const known = identifiers.find(({ type }) => type === 'nationalId')?.value;
    return <NationalIdForm profile={profile} known={known} onDone={onDone} onCancel={onCancel} />;
  }
  const known = identifiers.find(({ type }) => type === level)?.value;
  if (known === undefined) {
    return <AddContact type={level} needs={needs} onDone={onDone} onCancel={onCancel} />;
  }
  return <ProveContact type={level} value={known} onDone={onDone} onCancel={onCancel} />;
}
