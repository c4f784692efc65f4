import { requestKeeper } from '@crm/kit/data-source/keeper/client';
import type { KeeperEvent } from '@crm/kit/data-source/keeper/events';
import type { KeeperRequest } from '@crm/kit/data-source/keeper/requests';
import type { ClusterStatus } from '@crm/kit/data-source/keeper/status';
import type { Mesh } from './mesh.ts';
import { mysqlNames } from './mysql-server.ts';
import { natsUrl } from './nats-server.ts';
import { clusterName } from './plan.ts';
import { say, seconds, UserError } from './say.ts';
import { until } from './wait.ts';

/** What the keeper says of the pair, or why it says nothing. */
export type ClusterState = ClusterStatus | { readonly problem: string };

const statusMsMax = 2000;
const standbyMsMax = 60_000;

export async function clusterState(mesh: Mesh): Promise<ClusterState> {
  try {
    return await requestKeeper(addressOf(mesh), { do: 'status' }, { timeoutMs: statusMsMax });
  } catch (error) {
    return { problem: describeFailure(error) };
  }
}

/** Makes the other server the source, or the one named. */
export async function switchover(mesh: Mesh, name: string): Promise<void> {
  const { writer, standby } = await requireStatus(mesh);
  const to = name || standby[0];
  if (!to) {
    throw new UserError(
      `${writer} has no standby that holds every commit, so nothing can take over: npm run mesh -- status`,
    );
  }
  requireServer(to);
  const startedAt = performance.now();
  say(`  ${writer} hands over to ${to}`);
  const { term } = await ask(mesh, { do: 'switchover', to });
  say(`${to} is the source, term ${term} (${seconds(performance.now() - startedAt)})`);
}

/** Brings a server back as the standby. With `--force` it gets a new copy of everything. */
export async function rejoin(mesh: Mesh, node: string, force: boolean): Promise<void> {
  requireServer(node);
  const startedAt = performance.now();
  await ask(mesh, { do: 'rejoin', node, force });
  const isBack = async (): Promise<boolean> => (await roleOf(mesh, node)) === 'standby';
  const came = await until(isBack, { forMs: standbyMsMax, everyMs: 250 });
  if (!came) throw new UserError(`${node} is no standby yet: npm run mesh -- status`);
  say(`${node} is the standby (${seconds(performance.now() - startedAt)})`);
}

/** Failover by a person's word. `--force` accepts that acknowledged commits may be lost. */
export async function promote(mesh: Mesh, node: string, force: boolean): Promise<void> {
  requireServer(node);
  const { term } = await ask(mesh, { do: 'promote', node, force });
  say(`${node} is the source, term ${term}`);
}

async function roleOf(mesh: Mesh, node: string): Promise<string | null> {
  const state = await clusterState(mesh);
  if ('problem' in state) return null;
  return state.nodes.find(({ name }) => name === node)?.role ?? null;
}

async function requireStatus(mesh: Mesh): Promise<ClusterStatus> {
  const state = await clusterState(mesh);
  if ('problem' in state) throw new UserError(state.problem);
  return state;
}

async function ask(mesh: Mesh, request: KeeperRequest): Promise<ClusterStatus> {
  try {
    return await requestKeeper(addressOf(mesh), request, { onEvent: tell });
  } catch (error) {
    throw new UserError(`Refused: ${describeFailure(error)}`, { cause: error });
  }
}

const tell = (event: KeeperEvent): void => say(`  ${describeEvent(event)}`);

/** Many messages begin with the server that they are about. */
export const describeEvent = ({ node, message }: KeeperEvent): string =>
  node === undefined || message.startsWith(node) ? message : `${node} ${message}`;

/** One attempt: a command that waits for NATS to come back tells nobody anything. */
const addressOf = (mesh: Mesh): Parameters<typeof requestKeeper>[0] => ({
  servers: [natsUrl(mesh)],
  cluster: clusterName,
  connection: { waitOnFirstConnect: false, reconnect: false },
});

const failures: Readonly<Record<string, string>> = {
  CONNECTION_REFUSED: 'NATS, over which the keeper is asked, does not answer',
  '503': 'the keeper is not running',
  TIMEOUT: 'the keeper does not answer',
};

function describeFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return failures[code] ?? (error instanceof Error ? error.message : String(error));
}

function requireServer(name: string): void {
  if (mysqlNames.some((server) => server === name)) return;
  throw new UserError(`Say which server: ${mysqlNames.join(' or ')}`);
}
