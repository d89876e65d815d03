import { Migration } from '@mikro-orm/migrations';

export class Migration0013Policy extends Migration {
  override up(): void {}
}
