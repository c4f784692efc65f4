import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Handle } from './route.ts';

type GraphiQLOptions = NonNullable<Parameters<typeof renderGraphiQL>[0]>;

type Example = { readonly query: string; readonly variables?: string };

/** The page for browsers: GraphiQL out of npm packages, nothing is loaded from elsewhere. */
export function createExplorer(examplesFolder: URL): Handle {
  let page: Promise<Buffer> | undefined;
  return async (request, response) => {
    if (!String(request.headers['accept-encoding']).includes('gzip')) {
      response.writeHead(406).end('A browser that reads gzip is needed');
      return;
    }
    const body = await (page ??= compressedPage(examplesFolder));
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': body.length,
      'cache-control': 'private, max-age=600',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    response.end(body);
  };
}

/** The operations in the folder, by file name; `name.json` beside `name.graphql` has its variables. */
function readExamples(folder: URL): readonly Example[] {
  const files = readdirSync(folder).toSorted();
  return files
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => {
      const query = readFileSync(new URL(file, folder), 'utf8');
      const variables = file.replace('.graphql', '.json');
      return files.includes(variables)
        ? { query, variables: readFileSync(new URL(variables, folder), 'utf8') }
        : { query };
    });
}

/** 9 MB: loaded and made when first asked for, then kept compressed. */
async function compressedPage(examplesFolder: URL): Promise<Buffer> {
  const graphiql = await import('@graphql-yoga/render-graphiql');
  return promisify(gzip)(graphiql.renderGraphiQL(pageOptions(readExamples(examplesFolder))));
}

function pageOptions(examples: readonly Example[]): GraphiQLOptions {
  const headers = JSON.stringify({ authorization: 'Bearer <a token of npm run token>' }, null, 2);
  return {
    title: 'Guanxi',
    endpoint: '/graphql',
    subscriptionsProtocol: 'WS',
    defaultHeaders: headers,
    headers,
    shouldPersistHeaders: true,
    isHeadersEditorEnabled: true,
    defaultEditorToolsVisibility: 'headers',
    ...(examples[0] && { defaultQuery: examples[0].query }),
    defaultTabs: examples.map((example) => ({ ...example, headers })),
  };
}
