import { createServer, type ServerResponse } from 'node:http';
import { createHome } from './paths.ts';
import { homeFromEnv } from './mesh.ts';
import { createSigningKey, publicPart, readSigningKey, signingAlgorithm } from './signing-key.ts';

/**
 * The development issuer: publishes the key that `npm run token` signs with. Whoever reads the home
 * folder can become anybody, so it must never stand in for a real one.
 */
if (process.env['NODE_ENV'] === 'production') {
  throw new Error('The development issuer does not start with NODE_ENV=production.');
}

const issuer = process.env['TOKEN_ISSUER'] ?? '';
const home = homeFromEnv();
createHome(home);
await createSigningKey(home);
const key = publicPart(readSigningKey(home));

const answers: Readonly<Record<string, object>> = {
  '/jwks': { keys: [key] },
  '/.well-known/openid-configuration': {
    issuer,
    jwks_uri: `${issuer}/jwks`,
    id_token_signing_alg_values_supported: [signingAlgorithm],
  },
  '/readyz': { status: 'ready' },
};

function send(response: ServerResponse, body: object | undefined): void {
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { error: 'not found' }));
}

const server = createServer((request, response) => send(response, answers[request.url ?? '/']));
server.listen(Number(process.env['PORT']), process.env['HOST'] ?? '127.0.0.1');
process.once('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());
