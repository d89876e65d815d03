import { Migration } from '@mikro-orm/migrations';

export class Migration0021Screening extends Migration {
  override up(): void {}
}
