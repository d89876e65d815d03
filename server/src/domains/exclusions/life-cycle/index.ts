import type { lifeCycle } from '@kinga/shared/exclusions/life-cycle.ts';
import type { Handlers } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import { createCommand, createTermCommands, type LifeCycleDeps } from './commands.ts';
import { createLift, type LiftWithin } from './lift.ts';
import { createMine } from './mine.ts';
import { createWholeLift } from './parts.ts';
import { createProvisional, type Provisional } from './provisional.ts';
import { createReturnCommands } from './returns.ts';
import { createSupportPersons } from './support-person.ts';

export type { LiftWithin } from './lift.ts';
export type { Provisional } from './provisional.ts';

export interface LifeCycle {
  readonly handlers: Handlers<typeof lifeCycle>;
  /** Ends one exclusion for everybody it was about, within the caller's transaction: see parts.ts. */
  readonly liftWithin: LiftWithin;
  readonly provisional: Provisional;
}

/** What becomes of an exclusion after its registration. */
export function createLifeCycle(platform: Platform, deps: LifeCycleDeps): LifeCycle {
  const liftWithin = createLift(deps.register.changeWithin);
  const command = createCommand(platform, deps);
  return {
    handlers: {
      mine: createMine(platform, deps),
      ...createTermCommands(command, deps),
      ...createReturnCommands(command, liftWithin),
      ...createSupportPersons(platform),
    },
    liftWithin: createWholeLift(liftWithin),
    provisional: createProvisional(deps.register.changeWithin),
  };
}
