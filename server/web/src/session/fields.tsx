import type { HubError } from '@kinga/client-sdk';
import { useTranslation } from 'react-i18next';
import { Field } from '../ui/Field.tsx';
import type { Wrong } from './sign-in-by.ts';

export const PASSWORD_CHARS_MIN = 10;

/** Whether the hub named this path as malformed. */
export function isMalformed(error: HubError | undefined, path: string): boolean {
  if (error?.code !== 'INVALID_INPUT') return false;
  return error.details.some((detail) => detail.path === path || detail.path.startsWith(`${path}.`));
}

/** The path of the hub's complaint, or what we saw ourselves. */
export function contactProblem(wrong: Wrong | undefined, error: HubError | undefined): Wrong | undefined {
  if (wrong !== undefined) return wrong;
  if (isMalformed(error, 'phone')) return 'phone';
  return isMalformed(error, 'email') ? 'email' : undefined;
}

interface ContactFieldProps {
  readonly problem: Wrong | undefined;
  readonly hint?: string;
  /** Whoever works for an operator signs in by an e-mail address. */
  readonly emailOnly?: boolean;
}

export function ContactField({ problem, hint, emailOnly }: ContactFieldProps) {
  const { t } = useTranslation();
  const words =
    problem &&
    (problem === 'missing' && !emailOnly
      ? t('door.contactMissing')
      : t(`field.${problem === 'missing' ? 'email' : problem}`));
  return (
    <Field label={t(emailOnly ? 'door.email' : 'door.contact')} hint={hint} error={words}>
      {(described) => (
        <input
          {...described}
          name="email"
          inputMode="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
      )}
    </Field>
  );
}

interface NewPasswordFieldProps {
  readonly tooShort: boolean;
  /** The hub knows what everybody tries first, and what the account is known by. */
  readonly refusal: HubError | undefined;
  readonly label: string;
}

/** A password that is being chosen. */
export function NewPasswordField({ tooShort, refusal, label }: NewPasswordFieldProps) {
  const { t } = useTranslation();
  const isRefused = isMalformed(refusal, 'password') || isMalformed(refusal, 'newPassword');
  const words = tooShort ? 'door.passwordTooShort' : isRefused ? 'door.passwordRefused' : undefined;
  return (
    <Field label={label} hint={t('door.passwordHint')} error={words && t(words)}>
      {(described) => (
        <input {...described} name="password" type="password" autoComplete="new-password" maxLength={200} />
      )}
    </Field>
  );
}

/** Six digits from a message or an app; `recovery`: one of the longer codes that were written down. */
export function CodeField({ problem, recovery }: { problem: string | undefined; recovery?: boolean }) {
  const { t } = useTranslation();
  return (
    <Field label={recovery ? t('door.recoveryCode') : t('door.code')} error={problem}>
      {(described) => (
        <input
          {...described}
          className="code"
          name="code"
          inputMode={recovery ? 'text' : 'numeric'}
          autoComplete={recovery ? 'off' : 'one-time-code'}
          autoCapitalize="none"
          spellCheck={false}
          maxLength={20}
        />
      )}
    </Field>
  );
}

/** Spaces are how people read digits out, not part of a code. */
export function codeIn(data: FormData): string {
  return String(data.get('code') ?? '').replaceAll(/\s/g, '');
}

export function isCode(code: string): boolean {
  return /^\d{6}$/.test(code);
}
