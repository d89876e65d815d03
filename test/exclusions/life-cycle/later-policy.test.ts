import type { PolicyValues } from '@kinga/shared/policy/values.ts';
import { expect, it } from 'vitest';
import { valuesWith } from '../../policy/support.ts';
import { ok, refused } from '../../support/client.ts';
import { probe } from '../../support/probe.ts';
import { openWorld } from './world.ts';

it('a later and milder version of the policy makes no promise shorter that was made before', async () => {
  await using world = await openWorld();
  const publish = async (change: (values: PolicyValues) => void) => {
    const input = { values: valuesWith(change), note: 'the minimum of a permanent one' };
    const { version } = ok(await world.call('policy.publish', input, world.admin.token));
    await probe(async () => {
      const current = ok(await world.call('policy.current', {}, world.admin.token));
      return current.version === version;
    });
  };
  await publish((values) => {
    values.periods.permanent.minimum = { months: 60 };
  });
  const me = await world.someone();
  const { id } = await world.register(me, 'permanent');
  await publish(() => {});
  await world.pool.query(`UPDATE exclusions SET starts_at = starts_at - interval '4 years' WHERE id = $1`, [
    id,
  ]);
  const [own] = (await world.mine(me)).items;
  const from = Date.parse(own!.returnPossibleFrom!);
  expect(Math.round((from - Date.parse(own!.startsAt)) / (365.25 * 86_400_000))).toBe(5);
  expect(own!.allowed).not.toContain('requestReturn');
  const early = refused(await world.call('exclusions.requestReturn', { id }, me.token));
  expect(early).toMatchObject({ code: 'CONFLICT', details: [{ path: 'id' }] });
});
