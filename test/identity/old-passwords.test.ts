import { expect, test } from 'vitest';
import { callBy, refusal } from '../support/call.ts';
import { codeSentTo } from '../support/messages.ts';
import { newPerson } from '../support/people.ts';
import { probe } from '../support/probe.ts';
import { codeFor, handlersOf, newCitizen, signInBy } from './registration-support.ts';
import { PASSWORD, startIdentity } from './support.ts';

const NEW_PASSWORD = 'nywila mpya kabisa';

test('a sign-in that was under way while the password changed opens no session', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { rows } = await node.database.pool.query('SELECT password_hash FROM accounts WHERE id = $1', [
    citizen.accountId,
  ]);
  const owner = await node.database.pool.connect();
  try {
    // The change is written and not yet committed: the sign-in still finds the old password right.
    await owner.query('BEGIN');
    await owner.query(`UPDATE accounts SET password_hash = reverse($2) WHERE id = $1`, [
      citizen.accountId,
      rows[0].password_hash,
    ]);
    const late = refusal(signInBy(node, citizen.by));
    await probe(async () => {
      const waiting = await node.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.rowCount === 1;
    });
    await owner.query('COMMIT');
    expect((await late).code).toBe('UNAUTHENTICATED');
  } finally {
    owner.release();
  }
});

test('the first half of a sign-in is worth nothing once the password is another', async () => {
  await using node = await startIdentity();
  const citizen = await newCitizen(node);
  const { phone } = newPerson();
  const given = await codeFor(node, citizen.actor, { purpose: 'factor', type: 'phone', value: phone });
  const { id: factor } = await handlersOf(node).addFactor(
    { ...given, password: PASSWORD },
    callBy(citizen.actor),
  );
  const firstHalf = async (password: string) => {
    const required = await refusal(signInBy(node, citizen.by, password));
    const challengeId = required.details?.find(({ path }) => path === 'challengeId')?.message ?? '';
    await handlersOf(node).sendLoginCode({ challengeId, factor }, callBy());
    return { challengeId, factor, code: await codeSentTo(node.platform, phone) };
  };
  const before = await firstHalf(PASSWORD);
  const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  await handlersOf(node).changePassword(change, callBy(citizen.actor));
  expect((await refusal(handlersOf(node).completeLogin(before, callBy()))).code).toBe('CODE_REFUSED');
  const after = await firstHalf(NEW_PASSWORD);
  await expect(handlersOf(node).completeLogin(after, callBy())).resolves.toBeDefined();
});
