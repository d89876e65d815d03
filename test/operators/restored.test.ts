import { expect, test } from 'vitest';
import { startTestHub } from '../support/hub.ts';
import { probe } from '../support/probe.ts';

test('a key that a restored database does not have is refused, however well the node knew it', async () => {
  await using hub = await startTestHub();
  const { apiKey, keyId } = await hub.operatorKey();
  const lookup = () =>
    hub.http(
      'exclusions.lookup',
      { identifiers: [{ type: 'nationalId', value: '23456789' }], purpose: 'bet' },
      { apiKey },
    );
  expect((await lookup()).status).toBe(200);
  // A backup of before the key, and what `npm run restore` does; no revocation is undone by it.
  await hub.database.pool.query('DELETE FROM api_keys WHERE id = $1', [keyId]);
  await hub.database.pool.query('UPDATE database_epoch SET epoch = gen_random_uuid()');
  await probe(async () => (await lookup()).status === 401);
});
