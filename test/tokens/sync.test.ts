import { keysOf } from '@kinga/server/domains/identifiers/index.ts';
import { syncTokens } from '@kinga/server/domains/tokens/index.ts';
import type { Identifier } from '@kinga/shared/exclusions/identifier.ts';
import { expect, it } from 'vitest';
import { openRegister } from '../exclusions/support.ts';
import { startTestHub, type TestHub } from '../support/hub.ts';
import { newPeople } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { exclude, newTill } from './support.ts';

/** As the register does when somebody proves that they have a new SIM. */
async function attach(hub: TestHub, to: Identifier, added: Identifier): Promise<void> {
  const { platform } = hub;
  const { db, crypto } = platform;
  const { changeWithin } = openRegister(platform);
  const [known, fresh] = keysOf(crypto, [to, added], 'identifiers');
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ person_id: string }>(
      'SELECT person_id FROM identifiers WHERE key = $1',
      [known!.key],
    );
    await changeWithin(tx, {
      kind: 'identified',
      personIds: rows.map(({ person_id }) => person_id),
      write: async (within) => {
        await within.query(
          `INSERT INTO identifiers (key, key_version, type, person_id, original) VALUES ($1, 1, $2, $3, $4)`,
          [fresh!.key, added.type, rows[0]!.person_id, crypto.seal(added.value)],
        );
      },
    });
  });
}

it('a new SIM that the register attached to a person stands behind their tokens, once', async () => {
  await using hub = await startTestHub();
  const [till, other] = [await newTill(hub), await newTill(hub)];
  const [person, sim, bystander] = newPeople(3);
  const { signal } = new AbortController();
  const { token } = await till.issue([person!.byNationalId]);
  const theirs = await other.issue([person!.byNationalId, sim!.byPhone]);
  const foreign = await till.issue([bystander!.byNationalId, person!.byPhone]);
  await exclude(hub, [person!.byNationalId]);
  await exclude(hub, [sim!.byNationalId, sim!.byPhone]);
  expect(await syncTokens(hub.platform.db, signal)).toBe(0);
  await attach(hub, person!.byNationalId, sim!.byPhone);
  // Both operators’ tokens of the person, of which one had it already.
  expect(await syncTokens(hub.platform.db, signal)).toBe(1);
  expect(await syncTokens(hub.platform.db, signal)).toBe(0);

  await hub.database.pool.query(
    `UPDATE exclusions SET in_force_until = clock_timestamp() - interval '1 day'
     WHERE id IN (SELECT exclusion_id FROM exclusion_persons p JOIN identifiers i USING (person_id) WHERE i.key = $1)`,
    [keysOf(hub.platform.crypto, [person!.byNationalId], '')[0]!.key],
  );
  await using late = await startTestHub({ database: hub.database });
  // The person’s own is over; what is left is that of somebody else on the new SIM.
  expect(await till.at(late).status(token)).toBe('EXCLUDED');
  expect(await other.at(late).status(theirs.token)).toBe('EXCLUDED');
  expect(await till.at(late).status(foreign.token)).toBe('CLEAR');
  const history = await probe(() => till.ask('tokens.history', { token }));
  expect(history.audit[0]).toMatchObject({
    action: 'token.identified',
    actor: 'system',
    details: { identifiers: 1, from: 'register' },
  });
});
