import { connect } from '@kinga/client-sdk/index.ts';
import type { Hub } from '@kinga/client-sdk/types.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { serveParent } from '../harness/child.ts';
import { questions } from '../harness/population.ts';

let hub: Hub | undefined;
let people: Identifier[] = [];

serveParent({
  prepare: async (given: { url: string; apiKey: string; count: number; people: number }) => {
    people = questions(given.count, given.people);
    hub = await connect({ url: given.url, apiKey: given.apiKey });
  },
  /** So many groups at once, each asking about so many customers in one tick. */
  lookups: async ({ seconds, groups, size }: { seconds: number; groups: number; size: number }) => {
    let [answered, excluded, next] = [0, 0, 0];
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1000;
    const group = async () => {
      while (performance.now() < endsAt) {
        const answers = await Promise.all(
          Array.from({ length: size }, () => {
            const person = people[next++ % people.length];
            if (!hub || !person) throw new Error('not prepared');
            return hub.exclusions.lookup({ identifiers: [person], purpose: 'bet' });
          }),
        );
        for (const { status } of answers) if (status === 'EXCLUDED') excluded++;
        answered += answers.length;
      }
    };
    await Promise.all(Array.from({ length: groups }, group));
    const elapsed = (performance.now() - startedAt) / 1000;
    return { perSecond: answered / elapsed, excludedShare: excluded / answered };
  },
});
