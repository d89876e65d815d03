import { useTranslation } from 'react-i18next';
import { Field } from '../ui/Field.tsx';
import { useFormats } from '../ui/format.ts';
import type { ChosenEvidence } from './use-evidence.ts';

interface EvidenceFieldProps {
  readonly evidence: ChosenEvidence;
  readonly error: string | undefined;
}

/** Documents by their digests, made here as they are chosen. */
export function EvidenceField({ evidence, error }: EvidenceFieldProps) {
  const { t } = useTranslation();
  const { reading, refused } = evidence;
  const unfit = refused.map(({ name, why }) => t(`others.unfit.${why}`, { name })).join(' ');
  return (
    <div>
      <Field
        label={t('others.evidence')}
        hint={t('others.evidenceHint')}
        error={unfit === '' ? error : unfit}
      >
        {(described) => (
          <input
            {...described}
            type="file"
            multiple
            onChange={({ currentTarget: input }) => {
              evidence.add([...(input.files ?? [])]);
              input.value = '';
            }}
          />
        )}
      </Field>
      <p className="hint" role="status">
        {reading !== undefined && t('others.reading', { name: reading })}
      </p>
      <Chosen evidence={evidence} />
    </div>
  );
}

function Chosen({ evidence: { items, remove } }: Pick<EvidenceFieldProps, 'evidence'>) {
  const { t } = useTranslation();
  const { whole } = useFormats();
  if (items.length === 0) return null;
  return (
    <ul className="evidence">
      {items.map(({ sha256, description, sizeBytes }) => (
        <li key={sha256} data-evidence={sha256}>
          <span>
            {description}, {t('apply.size', { kilobytes: whole(Math.ceil(sizeBytes / 1_024)) })}
            <span className="mono hint digest">{sha256}</span>
          </span>
          <button type="button" className="quiet" onClick={() => remove(sha256)}>
            {t('apply.remove')}
            <span className="unseen"> {description}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
