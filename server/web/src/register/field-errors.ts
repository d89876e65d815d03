import type { HubError } from '@kinga/client-sdk';
import { useTranslation } from 'react-i18next';
import type { Line } from './use-identifiers.ts';

export interface FieldErrors {
  readonly any: boolean;
  /** What is wrong with the identifier on this line. */
  identifier(index: number, line: Line): string | undefined;
  /** What is wrong at a path of the input, such as `startsAt` or `person.name`. */
  at(path: string): string | undefined;
}

/** How the hub says that there is nothing at all. */
const MISSING = /^Too small: expected (string|array) to have >=1 /;

/** Whether it is this field that is in conflict with what is already so. */
export function refusedAt(error: HubError | undefined, path: string): boolean {
  return error?.code === 'CONFLICT' && error.details.some((detail) => detail.path === path);
}

/** The hub names every malformed field by its path; here each finds its words. */
export function useFieldErrors(error: HubError | undefined): FieldErrors {
  const { t } = useTranslation();
  const details = error?.code === 'INVALID_INPUT' ? error.details : [];
  const at = (path: string) => {
    const detail = details.find((candidate) => candidate.path === path);
    if (detail === undefined) return undefined;
    return MISSING.test(detail.message) ? t('field.required') : `${t('field.other')} (${detail.message})`;
  };
  return {
    any: details.length > 0,
    identifier: (index, line) => {
      const path = `identifiers[${index}]`;
      const wrong = details.some((detail) => detail.path === path || detail.path.startsWith(`${path}.`));
      if (!wrong) return undefined;
      return line.value.trim() === '' ? t('field.required') : t(`field.${line.type}`);
    },
    at,
  };
}
