import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliverMessage, type Message, sendMessage } from '@kinga/server/domains/notifications/index.ts';
import { en } from '@kinga/server/domains/notifications/templates/en.ts';
import { render, type TemplateName } from '@kinga/server/domains/notifications/templates/index.ts';
import { PAGE_OF } from '@kinga/server/domains/notifications/templates/links.ts';
import type { Platform } from '@kinga/server/platform/context.ts';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { createTestPlatform } from '../support/platform.ts';

const CODE: Message = {
  channel: 'email',
  to: 'amina@example.co.ke',
  template: 'code',
  data: { code: '123456' },
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

interface Mail {
  readonly to: string;
  readonly text: string;
}

/** A real SMTP server. `answer` refuses a recipient with that code. It knows no passwords. */
async function mailServer(answer?: number) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, done) => done(new Error('no such user')),
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, done) => {
      if (answer === undefined) return done();
      done(Object.assign(new Error('no'), { responseCode: answer }));
    },
    onData: (stream, session, done) => {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (part: string) => {
        text += part;
      });
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo[0]?.address ?? '', text });
        done();
      });
    },
  });
  // A client that hangs up in the middle is an error of the server's, and not of the test.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    mails,
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise<void>((done) => server.close(done)),
  };
}

async function platformWith(env: Record<string, string>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'kinga-messages-'));
  const platform = await createTestPlatform(database, { env: { DATA_DIR: dataDir, ...env } });
  return { platform, dataDir };
}

async function sent(platform: Platform, message: Message): Promise<string> {
  return await platform.db.transaction((tx) => sendMessage(tx, platform.crypto, message));
}

async function stateOf(platform: Platform, id: string) {
  const { rows } = await platform.db.query<{
    sent: boolean;
    failed: boolean;
    attempts: number;
    failure: string;
  }>(
    `SELECT sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed, attempts, failure FROM messages WHERE id = $1`,
    [id],
  );
  return rows[0];
}

describe('a message', () => {
  it('leaves through a real mail server, once, under an id of its own', async () => {
    const server = await mailServer();
    const { platform } = await platformWith({ SMTP_URL: server.url, MAIL_FROM: 'Kinga <hub@kinga.example>' });
    const id = await sent(platform, CODE);
    await deliverMessage(platform, id);
    await deliverMessage(platform, id);
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.to).toBe('amina@example.co.ke');
    expect(server.mails[0]?.text).toContain(`Message-ID: <${id}@kinga.example>`);
    expect(server.mails[0]?.text).toContain('123456');
    expect(await stateOf(platform, id)).toMatchObject({ sent: true, failed: false, attempts: 1 });
    await server.close();
    await platform[Symbol.asyncDispose]();
  });

  it('is tried again while the mail server is away, and given up when it says no for good', async () => {
    const busy = await mailServer(451);
    const first = await platformWith({ SMTP_URL: busy.url });
    const id = await sent(first.platform, CODE);
    await expect(deliverMessage(first.platform, id)).rejects.toThrow('451');
    expect(await stateOf(first.platform, id)).toMatchObject({ sent: false, failed: false, attempts: 1 });
    const never = await mailServer(550);
    const second = await platformWith({ SMTP_URL: never.url });
    await deliverMessage(second.platform, id);
    const state = await stateOf(second.platform, id);
    expect(state).toMatchObject({ sent: false, failed: true, attempts: 2 });
    expect(state?.failure).not.toContain('amina');
    await Promise.all([
      busy.close(),
      never.close(),
      first.platform[Symbol.asyncDispose](),
      second.platform[Symbol.asyncDispose](),
    ]);
  });

  it('waits for the operator of this hub when it is the hub that the mail server refuses', async () => {
    const server = await mailServer();
    const url = server.url.replace('smtp://', 'smtp://hub:wrong@');
    const { platform } = await platformWith({ SMTP_URL: url });
    const id = await sent(platform, CODE);
    await expect(deliverMessage(platform, id)).rejects.toThrow('535');
    expect(await stateOf(platform, id)).toMatchObject({ sent: false, failed: false });
    await server.close();
    await platform[Symbol.asyncDispose]();
  });

  it('is a file for its channel where there is no provider, and only its owner may read it', async () => {
    const { platform, dataDir } = await platformWith({});
    const id = await sent(platform, { ...CODE, channel: 'sms', to: '+254712345678', locale: 'sw' });
    await deliverMessage(platform, id);
    const folder = join(dataDir, 'messages', 'sms');
    expect(readdirSync(folder)).toEqual([`${id}.json`]);
    const file = JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8'));
    expect(file).toMatchObject({ id, to: '+254712345678' });
    expect(file.text).toBe(render('code', { locale: 'sw', data: { code: '123456' } }).short);
    await platform[Symbol.asyncDispose]();
  });

  it('says where to come when it asks somebody to, and this installation says where it is', async () => {
    const invitation: Message = {
      channel: 'email',
      to: 'amina@example.co.ke',
      template: 'invitation',
      data: { by: 'Simba Bets', code: 'chl_1.123456' },
    };
    const textWith = async (env: Record<string, string>, message: Message) => {
      const { platform, dataDir } = await platformWith(env);
      const id = await sent(platform, message);
      await deliverMessage(platform, id);
      const file = join(dataDir, 'messages', message.channel, `${id}.json`);
      await platform[Symbol.asyncDispose]();
      return (JSON.parse(readFileSync(file, 'utf8')) as { text: string }).text;
    };
    const PUBLIC_URL = 'https://kinga.example';
    const linked = await textWith({ PUBLIC_URL }, invitation);
    expect(linked).toMatch(/\n\nhttps:\/\/kinga\.example\/#invited$/);
    expect(await textWith({ DEMO: '0' }, invitation)).not.toContain('http');
    expect(await textWith({ PUBLIC_URL }, { ...invitation, channel: 'sms' })).toContain(
      ' https://kinga.example/#invited',
    );
    // A code is entered where it was asked for.
    expect(await textWith({ PUBLIC_URL }, CODE)).not.toContain('http');
  });

  it('is sealed until it leaves: neither address nor code stands in the database in clear', async () => {
    const { platform } = await platformWith({});
    // No digits: those are in every time, and in whatever is sealed, written in hex.
    const id = await sent(platform, { ...CODE, data: { code: 'nywila' } });
    const { rows } = await platform.db.query<{ text: string }>(
      `SELECT row_to_json(m)::text AS text FROM messages m WHERE id = $1
       UNION ALL SELECT row_to_json(o)::text FROM outbox o`,
      [id],
    );
    for (const { text } of rows) expect(text).not.toMatch(/amina|nywila|616d696e61|6e7977696c61/);
    await platform[Symbol.asyncDispose]();
  });

  it('is not sent when the transaction it speaks of does not commit', async () => {
    const { platform } = await platformWith({});
    let id = '';
    const failing = platform.db.transaction(async (tx) => {
      id = await sendMessage(tx, platform.crypto, CODE);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    await deliverMessage(platform, id);
    expect(await stateOf(platform, id)).toBeUndefined();
    await platform[Symbol.asyncDispose]();
  });
});

/** Every page and every step of the door that the browser knows, as its sources name them. */
function placesOfThePage(): string[] {
  const read = (path: string) =>
    readFileSync(new URL(`../../server/web/src/${path}`, import.meta.url), 'utf8');
  const lists = ['person', 'operator', 'office'].map((whose) => read(`app/${whose}-pages.ts`)).join('');
  const pages = [...lists.matchAll(/(?:\bid: |\bpage\(\s*'\w+',\s*)'([a-z-]+)'/g)].map(([, id]) => id ?? '');
  const [, steps = ''] = /DOOR_STEPS = \[([^\]]*)\]/.exec(read('session/use-door-step.ts')) ?? [];
  return [...pages, ...[...steps.matchAll(/'([a-z-]+)'/g)].map(([, step]) => step ?? ''), ''];
}

describe('a link', () => {
  const places = placesOfThePage();
  const publicUrl = 'https://kinga.example';
  const names = Object.keys(en) as TemplateName[];
  const data = {
    reference: 'KG-2026-0001',
    until: '20 November 2026',
    days: '3',
    name: 'Simba Bets',
    by: 'Simba Bets',
  };

  it.each(['en', 'sw'] as const)('leads to a page there is, and never makes an SMS two (%s)', (locale) => {
    for (const template of names) {
      const plain = render(template, { locale, data });
      const linked = render(template, { locale, data, publicUrl });
      const page = PAGE_OF[template];
      expect(plain.text, template).not.toContain('http');
      expect(linked.subject).toBe(plain.subject);
      if (page === undefined) expect(linked, template).toEqual(plain);
      else
        expect(linked.text, template).toBe(`${plain.text}\n\n${publicUrl}/${page === '' ? '' : `#${page}`}`);
      if (linked.short !== plain.short) expect(linked.short.length, template).toBeLessThanOrEqual(160);
      if (page !== undefined) expect(places, template).toContain(page);
    }
  });

  it.each(['en', 'sw'] as const)(
    'with a code leads to where it is entered, by e-mail alone (%s)',
    (locale) => {
      const code = { code: '123456' };
      for (const [template, page] of [
        ['code', 'forgot/chl_1'],
        ['codeForAccount', 'sign-up/chl_1'],
        ['codeForOperatorAccount', 'sign-up-operator/chl_1'],
      ] as const) {
        const plain = render(template, { locale, data: code, publicUrl });
        const linked = render(template, { locale, data: { ...code, page }, publicUrl });
        expect(plain.text).not.toContain('http');
        expect(linked).toEqual({ ...plain, text: `${plain.text}\n\n${publicUrl}/#${page}` });
        expect(places).toContain(page.split('/')[0]);
        expect(plain.short.length).toBeLessThanOrEqual(160);
        expect(render(template, { locale, data: { ...code, page } })).toEqual(plain);
        // No other message is led anywhere by its data.
        expect(render('news', { locale, data: { page } })).toEqual(render('news', { locale, data: {} }));
      }
    },
  );

  it('is in no message to an address that may be somebody else’s by now, nor to somebody close', () => {
    const quiet = names.filter((name) => name.startsWith('record') || name === 'supportPerson');
    expect(quiet.length).toBeGreaterThan(4);
    for (const template of quiet) expect(PAGE_OF[template]).toBeUndefined();
  });
});
