import { newId } from '../../platform/crypto/ids.ts';
import { actForTenant } from '../../platform/db/tenant.ts';
import type { Tx } from '../../platform/db/tx.ts';
import { recordAudit } from '../../platform/outbox/audit.ts';
import { raiseAlert } from '../alerts/index.ts';
import { BLOCK_MS, CHANNEL } from './blocks.ts';
import type { DatesFinding, PersonFinding, SamplingFinding, ScanFinding } from './findings.ts';
import type { KeyState } from './keys.ts';

const MINUTE_MS = 60_000;

export async function raiseScan(
  tx: Tx,
  { key, keys, blocked, type, length, rules }: ScanFinding,
): Promise<void> {
  const { identifiers, stepMax, windowSeconds } = rules;
  await raiseAlert(tx, {
    kind: 'screening.sequential-scan',
    severity: blocked.length === 0 ? 'warning' : 'critical',
    operatorId: key.operator.id,
    key: `${key.operator.id}:${type}`,
    explanation:
      `An operator asked about ${length} numbers (${type}) of which each follows the one before within ${stepMax}, ` +
      `in about ${windowSeconds} seconds; the policy calls ${identifiers} of them a scan. Customers' numbers do ` +
      `not stand so close: somebody is trying out who is excluded. ${consequence(blocked)}`,
    facts: {
      type,
      numbers: length,
      identifiers,
      stepMax,
      windowSeconds,
      keys: keys.map(({ id }) => id),
      blockedKeys: blocked.map(({ id }) => id),
    },
  });
}

export async function keepBlocks(tx: Tx, operatorId: string, blocked: readonly KeyState[]): Promise<void> {
  if (blocked.length === 0) return;
  await actForTenant(tx, operatorId);
  for (const { id: keyId } of blocked) {
    const id = newId('blk');
    await tx.query(
      `INSERT INTO screening_blocks (id, tenant_id, key_id, until)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))`,
      [id, operatorId, keyId, BLOCK_MS / 1_000],
    );
    const details = { blockId: id, operatorId };
    await recordAudit(tx, { actor: 'system', action: 'key.blocked', subject: keyId, details });
  }
  await tx.query(`SELECT pg_notify('${CHANNEL}', '')`);
}

export async function raisePerson(tx: Tx, finding: PersonFinding, name: string | undefined): Promise<void> {
  const { key, count, limit, isRefused } = finding;
  const answer = isRefused
    ? 'Further questions about the person by this key are refused until the hour has fewer.'
    : 'The questions were answered.';
  await raiseAlert(tx, {
    kind: 'screening.person-rate',
    severity: 'warning',
    operatorId: key.operator.id,
    key: `${key.operator.id}:${name ?? 'many'}`,
    explanation:
      name === undefined
        ? `An operator asks about more people than have alerts of their own more often than ${limit} times an ` +
          `hour each; bets and deposits are not counted. ${answer}`
        : `An operator asked about one person ${count} times within an hour, and the policy allows ${limit}; bets ` +
          `and deposits are not counted. ${answer}`,
    facts: { keyId: key.id, count, limit, isRefused, ...(name === undefined ? {} : { person: name }) },
  });
}

export async function raiseDates(tx: Tx, finding: DatesFinding, name: string | undefined): Promise<void> {
  const { key, count, limit, isRefused } = finding;
  const answer = isRefused
    ? 'Further dates with the name by this key are refused until the hour has fewer.'
    : 'The questions were answered, and one of the dates was a possible match.';
  await raiseAlert(tx, {
    kind: 'screening.dates-of-birth',
    severity: 'warning',
    operatorId: key.operator.id,
    key: `${key.operator.id}:${name ?? 'many'}`,
    explanation:
      name === undefined
        ? `An operator asks by more names than have alerts of their own with more than ${limit} dates of birth an ` +
          `hour each. ${answer}`
        : `An operator asked by one name with ${count} dates of birth or more within an hour, and the policy allows ` +
          `${limit}: dates that are counted up tell when somebody excluded was born. ${answer}`,
    facts: { keyId: key.id, count, limit, isRefused, ...(name === undefined ? {} : { name }) },
  });
}

export async function raiseSampling(tx: Tx, finding: SamplingFinding): Promise<void> {
  const { operatorId, keys, blocked, people, customers, limit, rules } = finding;
  const { floor, perMappedCustomer } = rules;
  await raiseAlert(tx, {
    kind: 'screening.many-people',
    severity: blocked.length === 0 ? 'warning' : 'critical',
    operatorId,
    key: operatorId,
    explanation:
      `An operator asked about ${people} different people today, give or take a twentieth, and has mapped ` +
      `${customers} customers. The policy expects at most ${limit}: ${floor}, or ${perMappedCustomer} for each ` +
      'mapped customer if that is more. Either its customers are not mapped, or it asks about people it has ' +
      `nothing to do with. ${consequence(blocked)}`,
    facts: {
      people,
      customers,
      limit,
      floor,
      perMappedCustomer,
      keys: keys.map(({ id }) => id),
      blockedKeys: blocked.map(({ id }) => id),
    },
  });
}

function consequence(blocked: readonly KeyState[]): string {
  if (blocked.length === 0) return 'The questions were answered.';
  return (
    `Keys that are set to block, or all of them if the policy is, are refused for ${BLOCK_MS / MINUTE_MS} ` +
    'minutes, or until screening.unblock.'
  );
}
