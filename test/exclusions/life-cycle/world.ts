import type { Ack } from '@kinga/shared/contract/errors.ts';
import type { Exclusion, Period, Source } from '@kinga/shared/exclusions/contract.ts';
import type { ExclusionCycle } from '@kinga/shared/exclusions/life-cycle.ts';
import type pg from 'pg';
import type { SignedIn } from '../../support/accounts.ts';
import { type AnswerOf, ok, type ProcedureName } from '../../support/client.ts';
import { startTestHub, type TestHubOptions } from '../../support/hub.ts';
import { newPerson, type Person } from '../../support/people.ts';

export const DAY_MS = 86_400_000;

export interface Someone extends Person {
  readonly token: string;
  readonly signedIn: SignedIn;
}

/** A hub, people with accounts, and the way time passes: by changing rows as the owner of the database. */
export async function openWorld(options: TestHubOptions = {}) {
  const hub = await startTestHub(options);
  const admin = await hub.admin();
  return {
    hub,
    admin,
    pool: hub.database.pool,
    async someone(role: 'bettor' | 'citizen' = 'citizen'): Promise<Someone> {
      const person = newPerson();
      const signedIn = await hub.account(role, { identifiers: person.identifiers });
      return { ...person, token: signedIn.token, signedIn };
    },
    register: (
      who: Someone,
      period: Period,
      more: { source?: Source; token?: string; startsAt?: string } = {},
    ): Promise<Exclusion> => {
      const { source = 'person', token = who.token, startsAt } = more;
      const input = { identifiers: [who.byNationalId], period, source, ...(startsAt ? { startsAt } : {}) };
      return hub.http('exclusions.register', input, { token }).then(({ body }) => ok(body));
    },
    call: <TName extends ProcedureName>(
      name: TName,
      input: object,
      token: string,
    ): Promise<Ack<AnswerOf<TName>>> => hub.http<TName>(name, input, { token }).then(({ body }) => body),
    mine: (who: Someone) =>
      hub.http('exclusions.mine', {}, { token: who.token }).then(({ body }) => ok(body)),
    /** As if an exclusion had been registered, and everything about it had happened, so much earlier. */
    passTime: (id: string, ms: number) => passTime(hub.database.pool, id, ms),
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function passTime(pool: pg.Pool, id: string, ms: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `UPDATE exclusions SET starts_at = starts_at - $2::interval, ends_at = ends_at - $2::interval,
         in_force_until = in_force_until - $2::interval, registered_at = registered_at - $2::interval,
         term_starts_at = term_starts_at - $2::interval, lifted_at = lifted_at - $2::interval
       WHERE id = $1`,
      [id, `${ms} milliseconds`],
    );
    await client.query(
      `UPDATE exclusion_terms SET ends_at_before = ends_at_before - $2::interval WHERE exclusion_id = $1`,
      [id, `${ms} milliseconds`],
    );
    await client.query(
      `UPDATE exclusion_returns SET requested_at = requested_at - $2::interval,
         available_at = available_at - $2::interval, lapses_at = lapses_at - $2::interval
       WHERE exclusion_id = $1`,
      [id, `${ms} milliseconds`],
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

export function endOf({ endsAt }: Pick<ExclusionCycle, 'endsAt'>): number {
  return endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(endsAt);
}
