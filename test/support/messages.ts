import type { Platform } from '@kinga/server/platform/context.ts';

export interface OutgoingMessage {
  readonly channel: string;
  readonly template: string;
  readonly to: string;
  readonly data: Readonly<Record<string, string>>;
  readonly locale: string;
  readonly accountId: string | null;
}

/** What was written to somebody, the oldest first: as their telephone or mailbox would have it. */
export async function messagesTo(
  { db, crypto }: Pick<Platform, 'db' | 'crypto'>,
  to: string,
): Promise<OutgoingMessage[]> {
  const { rows } = await db.query<{
    channel: string;
    template: string;
    content: Buffer;
    account_id: string | null;
  }>('SELECT channel, template, content, account_id FROM messages ORDER BY created_at, id');
  return rows
    .map(({ channel, template, content, account_id }) => ({
      ...(JSON.parse(crypto.open(content)) as Pick<OutgoingMessage, 'to' | 'data' | 'locale'>),
      channel,
      template,
      accountId: account_id,
    }))
    .filter((message) => message.to === to);
}

const CODES = new Set(['code', 'codeForAccount', 'codeForOperatorAccount']);

/** The one-time code that was sent there last. */
export async function codeSentTo(platform: Pick<Platform, 'db' | 'crypto'>, to: string): Promise<string> {
  const codes = (await messagesTo(platform, to)).filter(({ template }) => CODES.has(template));
  const code = codes.at(-1)?.data.code;
  if (code === undefined) throw new Error(`no code was sent to ${to}`);
  return code;
}

/** Another code than this one. */
export function wrongCode(code: string): string {
  return code === '000000' ? '000001' : '000000';
}
