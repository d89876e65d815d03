import { Migration } from '@mikro-orm/migrations';
import { LEDGER_STATEMENTS } from './0006-markets/ledger.ts';
import { MARKETS_STATEMENTS } from './0006-markets/markets.ts';

/** The double-entry book, and the markets whose stakes it holds. */
export class Migration0006Markets extends Migration {
  override up(): void {
    for (const statement of [...LEDGER_STATEMENTS, ...MARKETS_STATEMENTS]) this.addSql(statement);
  }
}
