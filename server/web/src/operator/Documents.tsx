import type { Application } from '@kinga/shared/operators/onboarding.ts';
import { type ChangeEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../ui/Field.tsx';
import { useFormats } from '../ui/format.ts';
import { DOCUMENT_KINDS, type DocumentKind } from './choices.ts';

export type GivenDocument = Application['documents'][number] & { readonly fileName?: string };

interface DocumentsProps {
  readonly documents: readonly GivenDocument[];
  readonly error: string | undefined;
  readonly onDocuments: (documents: readonly GivenDocument[]) => void;
}

/** The files stay where they are: what is sent is their digest, made here. */
export function Documents({ documents, error, onDocuments }: DocumentsProps) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<DocumentKind>('licence');
  const [busy, setBusy] = useState(false);
  const add = async (event: ChangeEvent<HTMLInputElement>) => {
    const input = event.currentTarget;
    const files = [...(input.files ?? [])];
    setBusy(true);
    const given = await Promise.all(files.map((file) => documentOf(kind, file)));
    const digests = new Set(given.map(({ sha256 }) => sha256));
    onDocuments([...documents.filter(({ sha256 }) => !digests.has(sha256)), ...given]);
    input.value = '';
    setBusy(false);
  };
  return (
    <fieldset className="documents">
      <legend>{t('apply.documents')}</legend>
      <p className="hint">{t('apply.documentsHint')}</p>
      <DocumentList
        documents={documents}
        onRemove={(gone) => onDocuments(documents.filter(({ sha256 }) => sha256 !== gone))}
      />
      <div className="pair">
        <Field label={t('apply.kind')}>
          {(described) => (
            <select
              {...described}
              value={kind}
              onChange={(event) =>
                setKind(DOCUMENT_KINDS.find((choice) => choice === event.target.value) ?? 'other')
              }
            >
              {DOCUMENT_KINDS.map((choice) => (
                <option key={choice} value={choice}>
                  {t(`apply.kinds.${choice}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('apply.file')} error={error}>
          {(described) => (
            <input
              {...described}
              type="file"
              multiple
              disabled={busy}
              onChange={(event) => void add(event)}
            />
          )}
        </Field>
      </div>
    </fieldset>
  );
}

interface DocumentListProps {
  readonly documents: readonly GivenDocument[];
  readonly onRemove?: (sha256: string) => void;
}

export function DocumentList({ documents, onRemove }: DocumentListProps) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  return (
    <ul className="evidence">
      {documents.map(({ kind, sha256, mediaType, sizeBytes, fileName }) => (
        <li key={sha256}>
          <span>
            <strong>{t(`apply.kinds.${kind}`)}</strong> {fileName ?? mediaType},{' '}
            {t('apply.size', { kilobytes: whole(Math.ceil(sizeBytes / 1_024)) })}
            <span className="mono hint digest">{sha256}</span>
          </span>
          {onRemove && (
            <button type="button" className="quiet" onClick={() => onRemove(sha256)}>
              {t('apply.remove')}
              <span className="unseen"> {fileName ?? t(`apply.kinds.${kind}`)}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

async function documentOf(kind: DocumentKind, file: File): Promise<GivenDocument> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const mediaType = file.type === '' ? 'application/octet-stream' : file.type;
  return { kind, sha256, mediaType, sizeBytes: Math.max(1, file.size), fileName: file.name };
}
