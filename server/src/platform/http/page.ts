import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, { type Express } from 'express';

const NOT_BUILT = `The hub is running, but its page has not been built.
Build it with: npm run build:web
The API is described at /api/docs.
`;

/** The built page with its assets, compressed: it is read on phones. Any other path without a file extension is a route inside the page. */
export function mountPage(app: Express, folder: string): void {
  const index = join(folder, 'index.html');
  app.use(
    compression(),
    express.static(folder, {
      index: false,
      setHeaders: (res, path) => {
        // Assets carry a hash of their content in their names; everything else may change with the next build.
        const isHashed = path.startsWith(join(folder, 'assets'));
        res.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  app.get(/^\/(?!api\/|socket\.io)[^.]*$/, (_req, res) => {
    // Looked for at each request: the page may be built while the hub runs.
    if (!existsSync(index)) {
      res.status(503).type('text/plain').send(NOT_BUILT);
      return;
    }
    res.setHeader('Cache-Control', 'no-cache');
    res.sendFile(index);
  });
}
