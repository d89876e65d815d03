import { Migration } from '@mikro-orm/migrations';

export class Migration0012Notifications extends Migration {
  override up(): void {}
}
