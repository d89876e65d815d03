import { Migration } from '@mikro-orm/migrations';

export class Migration0014LifeCycle extends Migration {
  override up(): void {}
}
