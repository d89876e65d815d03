import { useTranslation } from 'react-i18next';
import { en } from '../i18n/en.ts';
import { useFormats } from '../ui/format.ts';
import type { Leaf, Part } from './leaves.ts';

type Named = keyof typeof en.policy.names;

/** What parts of the policy are called; names of the register (periods, purposes) have their own words. */
export function useNames(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => (name in en.policy.names ? t(`policy.names.${name as Named}`) : name);
}

/** A value in words. */
export function useWords(): (part: Part) => string {
  const { t } = useTranslation();
  const { whole, money } = useFormats();
  const named = useNames();
  return ({ name, value }) => {
    const leaf = value as Leaf;
    if (typeof leaf === 'boolean') return t(leaf ? 'policy.yes' : 'policy.no');
    if (typeof leaf === 'number') return whole(leaf);
    return name === 'amountMinor' ? money(leaf) : named(leaf);
  };
}
