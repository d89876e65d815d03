import { KingaError } from '@kinga/shared/contract/errors.ts';
import type { AccountActor } from '../../../platform/call/actor.ts';
import type { Grants } from '../../../platform/call/grants.ts';
import type { Platform } from '../../../platform/context.ts';
import { Tail } from '../../../platform/db/tail.ts';
import type { Tx } from '../../../platform/db/tx.ts';
import type { Service } from '../../../platform/lifecycle/service.ts';

const CHANNEL = 'kinga_permissions';
/** A node that has not heard from PostgreSQL for this long does not know whether a grant still stands. */
const STALE_MS = 1_000;

/** `holder\0name` of everything that somebody has beyond the contract. */
interface State {
  readonly epoch: string;
  readonly version: number;
  readonly roles: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

interface GrantRow {
  readonly holder: string;
  readonly procedure: string;
}

const NOTHING: State = { epoch: '', version: -1, roles: new Set(), accounts: new Set() };

/** Every grant, in the memory of every node, by its own tail of a version that rises with each change. */
export class KnownGrants implements Grants, Service {
  readonly name = 'permissions';
  readonly #platform: Platform;
  readonly #tail: Tail;
  readonly #onLess: (() => void)[] = [];
  #state = NOTHING;

  constructor(platform: Platform) {
    this.#platform = platform;
    this.#tail = new Tail({
      db: platform.db,
      log: platform.log,
      name: 'permissions',
      channel: CHANNEL,
      head: `SELECT concat_ws(' ', epoch, version) FROM permission_version, database_epoch`,
      read: (tx) => this.#read(tx),
    });
  }

  start(): Promise<void> {
    return this.#tail.start();
  }

  stop(): Promise<void> {
    return this.#tail.stop();
  }

  allows(name: string, { role, accountId }: AccountActor): boolean {
    const { roles, accounts } = this.#state;
    if (!roles.has(keyOf(role, name)) && !accounts.has(keyOf(accountId, name))) return false;
    if (this.#tail.ageMs() < STALE_MS) return true;
    throw new KingaError(
      'UNAVAILABLE',
      'This node cannot tell at the moment whether the permission still stands',
    );
  }

  /** The names of all that is granted to somebody, as far as this node has heard. */
  of({ role, accountId }: AccountActor): string[] {
    const { roles, accounts } = this.#state;
    const names = [...namesOf(roles, role), ...namesOf(accounts, accountId)];
    return [...new Set(names)].sort();
  }

  /** Called when something that was granted is granted no longer. */
  onLess(listener: () => void): void {
    this.#onLess.push(listener);
  }

  /** After the commit of a change: this node knows at once, so that what it acknowledges is true on it. */
  async refresh(): Promise<void> {
    await this.#read(this.#platform.db);
  }

  async #read(tx: Tx): Promise<void> {
    const { rows } = await tx.query<{ version: string; epoch: string }>(
      'SELECT version, epoch FROM permission_version, database_epoch',
    );
    const [head] = rows;
    if (head === undefined) throw new Error('the permissions have no version');
    const { epoch } = head;
    const version = Number(head.version);
    if (epoch === this.#state.epoch && version <= this.#state.version) return;
    const roles = await tx.query<GrantRow>('SELECT role AS holder, procedure FROM role_permissions');
    const accounts = await tx.query<GrantRow>(
      'SELECT account_id AS holder, procedure FROM account_permissions',
    );
    this.#take({ epoch, version, roles: keysOf(roles.rows), accounts: keysOf(accounts.rows) });
  }

  /** The tail and a refresh may overtake each other: what was asked for earlier is not taken later. */
  #take(next: State): void {
    const before = this.#state;
    if (next.epoch === before.epoch && next.version <= before.version) return;
    this.#state = next;
    const lost = [...before.roles].some((key) => !next.roles.has(key));
    if (!lost && ![...before.accounts].some((key) => !next.accounts.has(key))) return;
    for (const listener of this.#onLess) listener();
  }
}

/** In the transaction of the change. */
export async function tellGrantsChanged(tx: Tx): Promise<void> {
  await tx.query('UPDATE permission_version SET version = version + 1');
  await tx.query(`SELECT pg_notify('${CHANNEL}', '')`);
}

function keysOf(rows: readonly GrantRow[]): Set<string> {
  return new Set(rows.map((row) => keyOf(row.holder, row.procedure)));
}

function namesOf(keys: ReadonlySet<string>, holder: string): string[] {
  const start = keyOf(holder, '');
  return [...keys].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}

function keyOf(holder: string, name: string): string {
  return `${holder}\0${name}`;
}
