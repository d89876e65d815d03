import { Migration } from '@mikro-orm/migrations';

export class Migration0022Conformance extends Migration {
  override up(): void {}
}
