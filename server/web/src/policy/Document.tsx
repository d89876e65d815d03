import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import { isGroup, type Part, partsOf } from './leaves.ts';
import { useNames, useWords } from './words.ts';

/** The whole policy to read: what holds, and under which regulation. */
export function Document({ values }: { values: PolicyValues }) {
  return (
    <div className="law">
      {partsOf(values).map((part) => (
        <Section key={part.path} part={part} />
      ))}
    </div>
  );
}

function Section({ part }: { part: Part }) {
  const named = useNames();
  if (!isGroup(part)) return null;
  const groups = part.value.filter((inner) => isGroup(inner) && hasCitation(inner));
  return (
    <section className="law-section" aria-label={named(part.name)}>
      <h3>{named(part.name)}</h3>
      {groups.length === 0 ? (
        <Values parts={part.value} />
      ) : (
        groups.map((group) => (
          <div key={group.path} className="law-group">
            <h4>{named(group.name)}</h4>
            {isGroup(group) && <Values parts={group.value} />}
          </div>
        ))
      )}
    </section>
  );
}

function hasCitation(part: Part): boolean {
  return isGroup(part) && part.value.some(({ name }) => name === 'cites');
}

function Values({ parts }: { parts: readonly Part[] }) {
  const named = useNames();
  const words = useWords();
  const cites = parts.find(({ name }) => name === 'cites');
  return (
    <>
      <dl className="facts">
        {parts.map((part) =>
          part.name === 'cites' || part.name === 'currency' ? null : (
            <div key={part.path}>
              <dt>{named(part.name)}</dt>
              <dd>{isGroup(part) ? <Inner parts={part.value} /> : words(part)}</dd>
            </div>
          ),
        )}
      </dl>
      {cites && <cite>{String(cites.value)}</cite>}
    </>
  );
}

/** `24 hours`; `accept recent answers, 60 seconds`. */
function Inner({ parts }: { parts: readonly Part[] }) {
  const named = useNames();
  const words = useWords();
  return parts
    .map((part) => (part.name === 'rule' ? words(part) : `${words(part)} ${named(`${part.name}Unit`)}`))
    .join(', ');
}
