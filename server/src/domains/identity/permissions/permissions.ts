import { conflict, invalidInput, KingaError, notFound } from '@kinga/shared/contract/errors.ts';
import type { OutputOf, ParsedInputOf } from '@kinga/shared/contract/procedure.ts';
import { isNamedAccess, type Topic, type TopicAccess } from '@kinga/shared/contract/topic.ts';
import { allProcedures, allTopics } from '@kinga/shared/contract.ts';
import type { identity } from '@kinga/shared/identity/contract.ts';
import { isGrantable, isStaff } from '../../../platform/call/grants.ts';
import type { Call } from '../../../platform/call/handler.ts';
import type { Platform } from '../../../platform/context.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import { recordAudit } from '../../../platform/outbox/audit.ts';
import { findAccount } from '../accounts.ts';
import { signedIn } from '../signed-in.ts';
import { type KnownGrants, tellGrantsChanged } from './known-grants.ts';

type Table = OutputOf<typeof identity.permissions>;
type Line = Table['items'][number];
type Grant = ParsedInputOf<typeof identity.grantPermission>;

interface GrantRow {
  readonly procedure: string;
  readonly role: Line['granted']['roles'][number] | null;
  readonly account_id: string | null;
}

/** The permission table: what the contract says, and what is granted beyond it. */
export class Permissions {
  readonly #platform: Platform;
  readonly #known: KnownGrants;

  constructor(platform: Platform, known: KnownGrants) {
    this.#platform = platform;
    this.#known = known;
  }

  async table(): Promise<Table> {
    const { rows } = await this.#platform.db.query<GrantRow>(
      `SELECT procedure, role, NULL AS account_id FROM role_permissions
       UNION ALL SELECT procedure, NULL, account_id FROM account_permissions ORDER BY procedure, account_id`,
    );
    return {
      items: declared().map((line) => {
        const granted = rows.filter((row) => row.procedure === line.name);
        return {
          ...line,
          granted: {
            roles: granted.flatMap((row) => row.role ?? []),
            accountIds: granted.flatMap((row) => row.account_id ?? []),
          },
        };
      }),
    };
  }

  /** From memory, as the calls themselves are judged. */
  async granted(call: Call): Promise<{ items: string[] }> {
    return { items: this.#known.of(signedIn(call)) };
  }

  /** Nobody grants themselves; again changes nothing. */
  async grant(input: Grant, call: Call): Promise<Line> {
    const { procedure, role, accountId } = input;
    mustBeOneHolder(input);
    mustBeGrantable(procedure);
    if (accountId === signedIn(call).accountId) {
      throw new KingaError('FORBIDDEN', 'Nobody grants themselves anything');
    }
    await this.#change('permission.granted', input, call, async (tx) => {
      if (accountId !== undefined) await mustBeStaff(tx, accountId);
      const { rowCount } =
        accountId === undefined
          ? await tx.query(
              'INSERT INTO role_permissions (role, procedure) VALUES ($1, $2) ON CONFLICT DO NOTHING',
              [role, procedure],
            )
          : await tx.query(
              'INSERT INTO account_permissions (account_id, procedure) VALUES ($1, $2) ON CONFLICT DO NOTHING',
              [accountId, procedure],
            );
      return rowCount > 0;
    });
    return await this.#line(procedure);
  }

  async revoke(input: Grant, call: Call): Promise<Line> {
    const { procedure, role, accountId } = input;
    mustBeOneHolder(input);
    mustBeGrantable(procedure);
    await this.#change('permission.revoked', input, call, async (tx) => {
      const { rowCount } =
        accountId === undefined
          ? await tx.query('DELETE FROM role_permissions WHERE role = $1 AND procedure = $2', [
              role,
              procedure,
            ])
          : await tx.query('DELETE FROM account_permissions WHERE account_id = $1 AND procedure = $2', [
              accountId,
              procedure,
            ]);
      return rowCount > 0;
    });
    return await this.#line(procedure);
  }

  async #change(
    action: 'permission.granted' | 'permission.revoked',
    { procedure, role, accountId }: Grant,
    { actor, requestId }: Call,
    change: (tx: Tx) => Promise<boolean>,
  ): Promise<void> {
    await this.#platform.db.transaction(async (tx) => {
      if (!(await change(tx))) return;
      const subject = accountId ?? `role:${role}`;
      await recordAudit(tx, { actor, requestId, action, subject, details: { procedure } });
      await tellGrantsChanged(tx);
    });
    await this.#known.refresh();
  }

  async #line(name: string): Promise<Line> {
    const { items } = await this.table();
    const line = items.find((item) => item.name === name);
    if (line === undefined) throw new Error('a grant of nothing');
    return line;
  }
}

function declared(): Omit<Line, 'granted'>[] {
  const procedures = allProcedures.map((procedure) => ({
    ...described({ ...procedure, kind: 'procedure' }),
    grantable: isGrantable(procedure),
  }));
  const topics = allTopics.map((topic) => ({
    ...described({ ...topic, name: topic.pattern, kind: 'topic' }),
    grantable: isGrantableTopic(topic),
  }));
  return [...procedures, ...topics];
}

function described(of: {
  readonly name: string;
  readonly kind: Line['kind'];
  readonly summary: string;
  readonly access: TopicAccess;
}): Omit<Line, 'granted' | 'grantable'> {
  const { name, kind, summary, access } = of;
  if (typeof access === 'string') return { name, kind, summary, access, roles: [], scopes: [] };
  const { roles = [], scopes = [] } = access;
  return { name, kind, summary, access: 'listed', roles: [...roles], scopes: [...scopes] };
}

function isGrantableTopic({ access }: Topic): boolean {
  return !isNamedAccess(access) && isGrantable({ access });
}

function mustBeOneHolder({ role, accountId }: Grant): void {
  if ((role === undefined) === (accountId === undefined)) {
    throw invalidInput('accountId', 'give either a role or an account');
  }
}

function mustBeGrantable(name: string): void {
  if (!declared().some((line) => line.name === name && line.grantable)) {
    throw invalidInput('procedure', 'not a procedure or topic of staff that may be granted');
  }
}

async function mustBeStaff(tx: Tx, accountId: string): Promise<void> {
  const row = await findAccount(tx, accountId);
  if (row === undefined) throw notFound('accountId', 'There is no such account');
  if (!isStaff(row.role)) throw conflict('accountId', 'Only accounts of staff are granted anything');
}
