import { Migration } from '@mikro-orm/migrations';

/** A person's match keys stand beside their identifiers, with nothing to be opened: see domains/matching. */
export class Migration0023Matching extends Migration {
  override up(): void {
    this.addSql(`
      ALTER TABLE identifiers
        DROP CONSTRAINT identifiers_type_check,
        ADD CONSTRAINT identifiers_type_check
          CHECK (type IN ('nationalId', 'phone', 'passport', 'alienId', 'email', 'match'))`);
  }
}
