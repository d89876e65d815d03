import { Migration } from '@mikro-orm/migrations';

export class Migration0023Matching extends Migration {
  override up(): void {}
}
