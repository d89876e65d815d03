import type { ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import type { Petition, petitions } from '@kinga/shared/petitions/contract.ts';
import type { Domain } from '../../domain.ts';
import type { Call } from '../../platform/call/handler.ts';
import type { Platform } from '../../platform/context.ts';
import { malformedIdentifiers } from '../identifiers/index.ts';
import { appeal, withdraw } from './appeal.ts';
import { command, type PetitionsDeps, type Work } from './context.ts';
import { decide, decideAppeal, grantProvisional } from './decide.ts';
import { file } from './file.ts';
import { respond, serveNotice } from './hearing.ts';
import { get, list } from './read.ts';
import type { PetitionRow } from './store.ts';

export type { PetitionsDeps } from './context.ts';
export { checkWindows } from './windows.ts';

export interface Petitions {
  readonly domain: Domain<typeof petitions>;
}

type Commands = Omit<typeof petitions, 'list' | 'get'>;

/** Exclusions that somebody else asks for: family, an operator, a court, the regulator. */
export function createPetitions(platform: Platform, deps: PetitionsDeps): Petitions {
  const by = <TName extends keyof Commands>(
    step: (work: Work, input: ParsedInputOf<Commands[TName]>) => Promise<PetitionRow>,
  ) => {
    return (input: ParsedInputOf<Commands[TName]>, call: Call): Promise<Petition> =>
      command({ platform, deps }, { call, input }, (work) => step(work, input));
  };
  return {
    domain: {
      name: 'petitions',
      handlers: {
        file: by<'file'>(file),
        grantProvisional: by<'grantProvisional'>(grantProvisional),
        serveNotice: by<'serveNotice'>(serveNotice),
        respond: by<'respond'>(respond),
        decide: by<'decide'>(decide),
        appeal: by<'appeal'>(appeal),
        decideAppeal: by<'decideAppeal'>(decideAppeal),
        withdraw: by<'withdraw'>(withdraw),
        list: (input, call) => list(platform, deps, { input, call }),
        get: ({ id }, call) => get(platform, deps, { id, call }),
      },
      alsoMalformed: { file: malformedIdentifiers },
    },
  };
}
