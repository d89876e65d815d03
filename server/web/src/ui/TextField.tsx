import type { HTMLInputTypeAttribute, ReactNode } from 'react';
import { Field } from './Field.tsx';

interface TextFieldProps {
  readonly name: string;
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly type?: HTMLInputTypeAttribute;
  readonly value?: string | undefined;
  readonly maxLength?: number;
  readonly inputMode?: 'numeric' | 'decimal' | 'tel' | 'email' | 'url' | undefined;
}

/** One line of a form whose values are read when it is sent. */
export function TextField({ name, label, hint, error, type, value, maxLength, inputMode }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(described) => (
        <input
          {...described}
          name={name}
          type={type ?? 'text'}
          defaultValue={value}
          maxLength={maxLength ?? 200}
          inputMode={inputMode}
          autoComplete="off"
        />
      )}
    </Field>
  );
}

interface ChoiceFieldProps<TChoice extends string> {
  readonly name: string;
  readonly label: ReactNode;
  readonly error?: string | undefined;
  readonly value?: TChoice | '' | undefined;
  /** With words for no choice, none is possible. */
  readonly none?: string;
  readonly choices: readonly TChoice[];
  readonly text: (choice: TChoice) => string;
  readonly onChoice?: (choice: TChoice | undefined) => void;
}

/** One of a few. */
export function ChoiceField<TChoice extends string>(props: ChoiceFieldProps<TChoice>) {
  const { name, label, error, value, none, choices, text, onChoice } = props;
  return (
    <Field label={label} error={error}>
      {(described) => (
        <select
          {...described}
          name={name}
          defaultValue={value}
          onChange={(event) => onChoice?.(choices.find((choice) => choice === event.target.value))}
        >
          {none !== undefined && <option value="">{none}</option>}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {text(choice)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The text of a field without the spaces around it; empty: it was left out. */
export function textIn(data: FormData, name: string): string {
  return String(data.get(name) ?? '').trim();
}
