import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { WebhookDelivery } from '@kinga/client-sdk';

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An operator's endpoint, which answers what it is told to. */
export async function endpoint(
  answer: () => { status: number; headers?: Record<string, string>; body?: string },
) {
  const posts: Posted[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      posts.push({ headers: request.headers, body });
      const { status, headers = {}, body: text = '' } = answer();
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    posts,
    url: `http://127.0.0.1:${port}/kinga`,
    seqs: () =>
      posts.flatMap(({ body }) => (JSON.parse(body) as WebhookDelivery).events.map(({ seq }) => seq)),
    [Symbol.asyncDispose]: () => new Promise<void>((done) => void server.close(() => done())),
  };
}
