import { useTranslation } from 'react-i18next';
import { IDENTIFIER_TYPES } from '../ui/choices.ts';
import { Field } from '../ui/Field.tsx';
import type { FieldErrors } from './field-errors.ts';
import { LINES_MAX, type Line, type Lines } from './use-identifiers.ts';

const KEYBOARDS: Readonly<Record<Line['type'], 'numeric' | 'tel' | 'email' | 'text'>> = {
  nationalId: 'numeric',
  phone: 'tel',
  passport: 'text',
  alienId: 'text',
  email: 'email',
};

/** Who a person is known as: one line for each identifier. */
export function IdentifierLines({
  lines,
  errors,
  hint,
}: {
  lines: Lines;
  errors: FieldErrors;
  hint: string;
}) {
  const { t } = useTranslation();
  const problem = errors.at('identifiers');
  return (
    <div className="lines">
      <p className="hint">{hint}</p>
      {lines.lines.map((line, index) => (
        <div className="line" key={line.id}>
          <Field label={t('register.type', { number: index + 1 })} quiet>
            {(described) => (
              <select
                {...described}
                value={line.type}
                onChange={(event) => {
                  const type = IDENTIFIER_TYPES.find((candidate) => candidate === event.target.value);
                  if (type !== undefined) lines.change(line.id, { type });
                }}
              >
                {IDENTIFIER_TYPES.map((type) => (
                  <option key={type} value={type}>
                    {t(`register.types.${type}`)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label={t('register.value', { number: index + 1 })}
            error={errors.identifier(index, line)}
            quiet
          >
            {(described) => (
              <input
                {...described}
                value={line.value}
                inputMode={KEYBOARDS[line.type]}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => lines.change(line.id, { value: event.target.value })}
              />
            )}
          </Field>
          {lines.lines.length > 1 && (
            <button
              type="button"
              className="quiet remove"
              aria-label={t('register.remove', { number: index + 1 })}
              onClick={() => lines.remove(line.id)}
            >
              ×
            </button>
          )}
        </div>
      ))}
      {problem && <p className="field-error">{problem}</p>}
      {lines.lines.length < LINES_MAX && (
        <button type="button" className="quiet" onClick={lines.add}>
          + {t('register.add')}
        </button>
      )}
    </div>
  );
}
