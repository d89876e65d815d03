import type { Compromise, TokenState } from '@kinga/shared/tokens/contract.ts';
import type { Tone } from '../../ui/Badge.tsx';
import { all } from '../../ui/choices.ts';

export const COMPROMISES = all<Compromise>({ leaked: true, stolen: true, misused: true, other: true });
export const TOKEN_TONES: Readonly<Record<TokenState, Tone>> = {
  active: 'good',
  rotated: 'plain',
  revoked: 'warn',
  compromised: 'bad',
};
