import type { Role } from '@kinga/shared/contract/procedure.ts';
import { all } from '../../ui/choices.ts';

export const ROLES = all<Role>({
  admin: true,
  regulator: true,
  support: true,
  operator: true,
  bettor: true,
  citizen: true,
});
