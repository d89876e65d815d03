import { en } from '../i18n/en.ts';

type PartKey = keyof typeof en.score.names;

/** The words for a part of the compliance score. */
export function partKey(name: string): `score.names.${PartKey}` {
  return `score.names.${name in en.score.names ? (name as PartKey) : 'other'}`;
}
