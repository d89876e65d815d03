import type { Role } from '@kinga/shared/contract/procedure.ts';
import { expect, test } from 'vitest';
import { type ProcedureName, refused } from '../support/client.ts';
import { startTestHub } from '../support/hub.ts';

const LISTS: readonly (readonly [ProcedureName, Role])[] = [
  ['alerts.list', 'admin'],
  ['broadcasts.pending', 'citizen'],
  ['exclusions.list', 'admin'],
  ['exclusions.listForReview', 'admin'],
  ['exclusions.mine', 'citizen'],
  ['identity.activity', 'citizen'],
  ['identity.listDevices', 'citizen'],
  ['identity.listSessions', 'citizen'],
  ['identity.loginHistory', 'citizen'],
  ['identity.searchAccounts', 'admin'],
  ['operators.list', 'admin'],
  ['operators.listApplications', 'admin'],
  ['petitions.list', 'citizen'],
  ['policy.list', 'citizen'],
];

test('a cursor that no list gave is refused by its field, and never taken for the end or the beginning', async () => {
  await using hub = await startTestHub();
  const tokens = { admin: (await hub.admin()).token, citizen: (await hub.account('citizen')).token };
  for (const [name, role] of LISTS) {
    const token = role === 'admin' ? tokens.admin : tokens.citizen;
    for (const cursor of ['', 'x', 'pets_1', 'zzz_01M7WPPNS9C942GCZ7VC31TKXE']) {
      const error = refused((await hub.http(name, { cursor }, { token })).body);
      expect(error, `${name} ${cursor}`).toMatchObject({
        code: 'INVALID_INPUT',
        details: [{ path: 'cursor' }],
      });
    }
  }
});
