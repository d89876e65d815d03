import { createHash } from 'node:crypto';
import type { Role } from '@kinga/shared/contract/procedure.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import type { Ground, Petition, PetitionSource } from '@kinga/shared/petitions/contract.ts';
import type { SignedIn } from '../support/accounts.ts';
import { ok } from '../support/client.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPerson, type Person } from '../support/people.ts';

export interface PetitionWorld extends AsyncDisposable {
  readonly hub: TestHub;
  readonly second: TestHub;
  /** Two of staff, because nobody decides what they filed or decided before. */
  readonly clerk: SignedIn;
  readonly judge: SignedIn;
  readonly lookupKey: string;
  /** The answer of the second node to an operator. */
  status(identifier: Identifier): Promise<string>;
}

export async function openPetitions(): Promise<PetitionWorld> {
  const hub = await startTestHub();
  const second = await startTestHub({ database: hub.database });
  const [clerk, judge, key] = await Promise.all([
    hub.account('regulator'),
    hub.account('regulator'),
    hub.operatorKey(),
  ]);
  return {
    hub,
    second,
    clerk,
    judge,
    lookupKey: key.apiKey,
    status: async (identifier) => {
      const input = { identifiers: [identifier], purpose: 'bet' };
      const { body } = await second.http('exclusions.lookup', input, { apiKey: key.apiKey });
      return ok(body).status;
    },
    [Symbol.asyncDispose]: async () => {
      await second[Symbol.asyncDispose]();
      await hub[Symbol.asyncDispose]();
    },
  };
}

const GROUND: Readonly<Record<PetitionSource, Ground>> = {
  family: 'riskToDependants',
  operator: 'signsOfHarm',
  court: 'courtOrder',
  regulator: 'protectionOfVulnerablePerson',
};

export function filing(source: PetitionSource, person: Person, more: object = {}) {
  return {
    source,
    ground: GROUND[source],
    period: '1y',
    identifiers: [...person.identifiers],
    person: { name: person.name },
    statement: 'The school fees are gone every month.',
    evidence: [
      {
        sha256: createHash('sha256').update(person.name).digest('hex'),
        mediaType: 'application/pdf',
        sizeBytes: 12_345,
        description: 'bank statement',
      },
    ],
    ...(source === 'operator' ? { customerId: 'C-77' } : {}),
    ...more,
  };
}

/** Who may file for this source. */
export async function petitionerOf({ hub, clerk }: PetitionWorld, source: PetitionSource): Promise<SignedIn> {
  if (source === 'court' || source === 'regulator') return clerk;
  if (source === 'family') return hub.account('citizen');
  const { operatorId } = await hub.operatorKey();
  return hub.account('operator' satisfies Role, { operatorId });
}

/** A call by somebody that succeeds. */
export async function by(
  { hub }: PetitionWorld,
  who: SignedIn,
  name: `petitions.${string}`,
  input: object,
): Promise<Petition> {
  return ok((await hub.http(name, input, { token: who.token })).body) as Petition;
}

/** The person themselves, with an account of their own. */
export async function personWithAccount({ hub }: PetitionWorld) {
  const person = newPerson();
  return { person, me: await hub.account('citizen', { identifiers: person.identifiers }) };
}

/** Time passes: every window of this petition began so many days earlier. */
export async function passDays({ hub }: PetitionWorld, id: string, days: number): Promise<void> {
  await hub.database.pool.query(
    `UPDATE petitions SET filed_at = filed_at - $2 * interval '1 day',
            hearing_ends_at = hearing_ends_at - $2 * interval '1 day',
            appeal_ends_at = appeal_ends_at - $2 * interval '1 day',
            appealed_at = appealed_at - $2 * interval '1 day' WHERE id = $1`,
    [id, days],
  );
}
