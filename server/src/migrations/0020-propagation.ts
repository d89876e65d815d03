import { Migration } from '@mikro-orm/migrations';

export class Migration0020Propagation extends Migration {
  override up(): void {}
}
