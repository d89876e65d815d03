import { Migration } from '@mikro-orm/migrations';

export class Migration0018Tokens extends Migration {
  override up(): void {}
}
