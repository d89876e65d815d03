import { Migration } from '@mikro-orm/migrations';

export class Migration0011Alerts extends Migration {
  override up(): void {}
}
