import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Home, homeAt, repository } from '../src/mesh/paths.ts';
import { type Mesh, openMesh } from '../src/mesh/mesh.ts';
import { mintToken, type TokenRequest } from '../src/mesh/mint.ts';
import { readPid } from '../src/mesh/pid.ts';
import { type MeshStatus, meshStatus } from '../src/mesh/status.ts';
import { supervisorName } from '../src/mesh/supervisor-name.ts';
import { until } from '../src/mesh/wait.ts';

const run = promisify(execFile);

/** How long a command on a mesh may take, its first start included. */
export const meshMsMax = 120_000;

export type GraphqlAnswer = {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly GraphqlProblem[];
  readonly extensions: Readonly<Record<string, unknown>>;
};

export type GraphqlProblem = {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
};

/** A whole system, driven as a person would drive it. */
export type TestMesh = {
  readonly mesh: Mesh;
  readonly token: (request: TokenRequest) => Promise<string>;
  readonly graphql: (request: GraphqlRequest) => Promise<GraphqlAnswer>;
  /** `npm run mesh -- …`: kill, pause, resume, start, release. */
  readonly command: (...options: readonly string[]) => Promise<string>;
  readonly status: () => Promise<MeshStatus>;
  readonly stop: () => Promise<void>;
};

export type GraphqlRequest = {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Nobody, when it is left out. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * The private mesh that all scenarios share: the first starts it through `npm start`'s own program
 * and waits until it is ready, and so does the one after a scenario that stopped it. `npm test`
 * begins with empty folders and ends what is left.
 */
export async function startTestMesh(): Promise<TestMesh> {
  const { home, env } = place();
  if (readPid(home, supervisorName) === null) {
    await runTool(['start.ts', '--detach', '--durability', 'relaxed', '--empty'], env);
  }
  return describeMesh(home, env);
}

/** Where `npm test` wants the mesh to be. */
function place(): { readonly home: Home; readonly env: Readonly<Record<string, string>> } {
  const home = homeAt(process.env['GUANXI_HOME'] ?? '.local/test/mesh');
  const port = process.env['GUANXI_PORT'] ?? '4600';
  return { home, env: { GUANXI_HOME: home.root, GUANXI_PORT: port } };
}

function describeMesh(home: Home, env: Readonly<Record<string, string>>): TestMesh {
  const mesh = openMesh(home);
  const command = (...options: readonly string[]): Promise<string> =>
    runTool(['cli.ts', ...options], env);
  return {
    mesh,
    command,
    token: (request) => mintToken(mesh, request),
    graphql: (request) => post(mesh, request),
    status: () => meshStatus(mesh),
    stop: async () => void (await command('down')),
  };
}

async function runTool(
  [file, ...options]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const program = join(repository, 'tools/src/mesh', file ?? '');
  const { stdout } = await run(process.execPath, ['--import', 'tsx', program, ...options], {
    cwd: repository,
    env: { ...process.env, ...env, NODE_ENV: 'development' },
    timeout: meshMsMax,
  });
  return stdout;
}

async function post({ ports }: Mesh, request: GraphqlRequest): Promise<GraphqlAnswer> {
  const { query, variables, token, headers } = request;
  const answer = await fetch(`http://127.0.0.1:${ports.gateway}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(30_000),
  });
  const body: Partial<GraphqlAnswer> = JSON.parse(await answer.text());
  return {
    status: answer.status,
    data: body.data ?? null,
    errors: body.errors ?? [],
    extensions: body.extensions ?? {},
  };
}

/** Waits for a condition, never for a time. Throws what was waited for when it does not come. */
export async function eventually(
  what: string,
  ask: () => boolean | Promise<boolean>,
  forMs = 10_000,
): Promise<void> {
  if (!(await until(ask, { forMs }))) throw new Error(`Not within ${forMs} ms: ${what}`);
}
