import { Migration } from '@mikro-orm/migrations';

export class Migration0019Onboarding extends Migration {
  override up(): void {}
}
