import { createTransport } from 'nodemailer';
import { type Channel, Refused } from './channel.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const SOCKET_TIMEOUT_MS = 10_000;

export interface SmtpOptions {
  /** `smtp://user:password@host:587`, `smtps://...` for TLS from the first byte. */
  readonly url: string;
  /** The sender's address. */
  readonly from: string;
}

/** What a mail server says of one message; a 5xx to anything before, as a wrong password, says nothing of it. */
const OF_THE_MESSAGE: ReadonlySet<unknown> = new Set(['RCPT TO', 'DATA']);

/** E-mail through any SMTP server. A 5xx reply about the message is final, anything else is tried again. */
export function smtp({ url, from }: SmtpOptions): Channel {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replace('>', '');
  return {
    async deliver({ id, to, subject, text }) {
      try {
        await transport.sendMail({ from, to, subject, text, messageId: `<${id}@${domain}>` });
      } catch (error) {
        const code = responseCodeOf(error);
        // The server's words may repeat the address, so only its code is kept.
        if (code !== undefined && code >= 500 && OF_THE_MESSAGE.has(commandOf(error)))
          throw new Refused(`the mail server answered ${code}`);
        throw new Error(`the mail server did not take the message (${code ?? 'no answer'})`);
      }
    },
  };
}

function commandOf(error: unknown): unknown {
  return error instanceof Error && 'command' in error ? error.command : undefined;
}

function responseCodeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined;
  return typeof code === 'number' ? code : undefined;
}
