import { Field } from '../ui/Field.tsx';
import { isGroup, type Leaf, type Part } from './leaves.ts';
import { useNames, useWords } from './words.ts';

/** What the law leaves nobody to choose: shown, and sent as it is. */
const FIXED = new Set([
  'reversal.beforeExpiry',
  'marketing.toExcluded',
  'minimumStake.currency',
  'periods.permanent.staysUntilReturn',
]);
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  mode: ['alarm', 'block'],
  rule: ['failClosed', 'acceptRecent'],
};

interface SectionProps {
  readonly part: Part;
  /** What is wrong at a path of the document. */
  readonly at: (path: string) => string | undefined;
}

/** One section of the document as fields, folded as long as nothing in it is wrong. */
export function SectionFields({ part, at }: SectionProps) {
  const named = useNames();
  if (!isGroup(part)) return null;
  return (
    <details className="more law-fields" open={wrongWithin(part, at) || undefined}>
      <summary>{named(part.name)}</summary>
      <GroupFields parts={part.value} at={at} />
    </details>
  );
}

function wrongWithin(part: Part, at: SectionProps['at']): boolean {
  if (at(part.path) !== undefined) return true;
  return isGroup(part) && part.value.some((inner) => wrongWithin(inner, at));
}

function GroupFields({ parts, at }: { parts: readonly Part[]; at: SectionProps['at'] }) {
  const named = useNames();
  const groups = parts.filter(isGroup);
  return (
    <>
      <div className="pair">
        {parts.map((part) => (isGroup(part) ? null : <LeafField key={part.path} part={part} at={at} />))}
      </div>
      {groups.map((group) => (
        <fieldset key={group.path}>
          <legend>{named(group.name)}</legend>
          {at(group.path) && <p className="field-error">{at(group.path)}</p>}
          <GroupFields parts={withSeconds(group)} at={at} />
        </fieldset>
      ))}
    </>
  );
}

/** A rule for outages may get seconds that it did not have. */
function withSeconds({ name, path, value }: Part & { value: readonly Part[] }): readonly Part[] {
  if (name !== 'outage' || value.some((part) => part.name === 'seconds')) return value;
  return [...value, { name: 'seconds', path: `${path}.seconds`, value: 60 }];
}

function LeafField({ part, at }: SectionProps) {
  const named = useNames();
  const words = useWords();
  const { name, path } = part;
  const value = part.value as Leaf;
  const label = named(name);
  if (FIXED.has(path)) {
    return (
      <p className="fixed">
        {label}: <strong>{words(part)}</strong>
      </p>
    );
  }
  const choices = CHOICES[name];
  return (
    <Field label={label} error={at(path)}>
      {(described) => {
        const common = { ...described, 'data-path': path };
        if (choices !== undefined) {
          return (
            <select {...common} defaultValue={String(value)}>
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {named(choice)}
                </option>
              ))}
            </select>
          );
        }
        if (typeof value === 'boolean') return <input {...common} type="checkbox" defaultChecked={value} />;
        const text = name === 'amountMinor' ? shillings(String(value)) : String(value);
        return <input {...common} defaultValue={text} inputMode={name === 'cites' ? 'text' : 'decimal'} />;
      }}
    </Field>
  );
}

/** `2000` cents as people type them: `20.00`. */
function shillings(amountMinor: string): string {
  const minor = BigInt(amountMinor);
  return `${minor / 100n}.${(minor % 100n).toString().padStart(2, '0')}`;
}
