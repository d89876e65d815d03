import { Migration } from '@mikro-orm/migrations';

export class Migration0015Petitions extends Migration {
  override up(): void {}
}
