import { Migration } from '@mikro-orm/migrations';

export class Migration0017Sessions extends Migration {
  override up(): void {}
}
