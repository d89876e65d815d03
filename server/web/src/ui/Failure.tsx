import type { HubError } from '@kinga/client-sdk';
import { useTranslation } from 'react-i18next';
import { en } from '../i18n/en.ts';
import { useSpan } from './span.ts';

type ErrorKey = Exclude<keyof typeof en.errors, 'other' | 'request'>;

function isKnown(code: string): code is ErrorKey {
  return code in en.errors && code !== 'other' && code !== 'request';
}

/** A refusal in words, and the request's name for whoever has to look it up. Announced when it appears. */
export function Failure({ error, children }: { error: HubError | undefined; children?: string | undefined }) {
  const { t } = useTranslation();
  const span = useSpan();
  return (
    <div role="alert">
      {error !== undefined && (
        <p className="failure">
          {children ??
            (isKnown(error.code)
              ? t(`errors.${error.code}`, { wait: span(error.retryAfterMs ?? 1_000) })
              : t('errors.other'))}
          {error.requestId !== undefined && (
            <small className="request">{t('errors.request', { id: error.requestId })}</small>
          )}
        </p>
      )}
    </div>
  );
}
