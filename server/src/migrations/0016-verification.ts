import { Migration } from '@mikro-orm/migrations';

export class Migration0016Verification extends Migration {
  override up(): void {}
}
