import type { ContractDescription } from '@kinga/shared/contract/describe.ts';
import type { Express } from 'express';
import { asyncApiOf } from './asyncapi.ts';
import { openApiOf } from './openapi.ts';
import { docsPageOf } from './page.ts';

export interface DocsParts {
  readonly contract: ContractDescription;
  readonly contractHash: string;
}

/** The API's documents, written out once. */
export function mountDocs(app: Express, { contract, contractHash }: DocsParts): void {
  const documents = [
    {
      path: '/api/openapi.json',
      type: 'application/json',
      text: JSON.stringify(openApiOf(contract, contractHash)),
    },
    {
      path: '/api/asyncapi.json',
      type: 'application/json',
      text: JSON.stringify(asyncApiOf(contract, contractHash)),
    },
    { path: '/api/docs', type: 'text/html', text: docsPageOf(contract, contractHash) },
  ];
  for (const { path, type, text } of documents) {
    app.get(path, (_req, res) => {
      res.setHeader('Cache-Control', 'no-cache');
      res.type(type).send(text);
    });
  }
}
