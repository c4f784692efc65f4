import { rmSync } from 'node:fs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { clusterState, type ClusterState } from '../../mesh/cluster.ts';
import { down, start } from '../../mesh/control.ts';
import { graphqlUrl } from '../../mesh/demo.ts';
import type { Mesh } from '../../mesh/mesh.ts';
import { mintToken } from '../../mesh/mint.ts';
import { pairOf } from '../../mesh/mysql-client.ts';
import { mysqlNames, type MysqlName } from '../../mesh/mysql-server.ts';
import { createHome, type Home } from '../../mesh/paths.ts';
import { isPaused, readPid, signal } from '../../mesh/pid.ts';
import { linkPort, portsFrom } from '../../mesh/ports.ts';
import { buildSupervisor } from '../../mesh/programs.ts';
import { meshStatus, namesOf } from '../../mesh/status.ts';
import { mysqlStatus, type MysqlStatus } from '../../mesh/status-mysql.ts';
import { untilStopSignal } from '../../mesh/stop-signal.ts';
import { startMesh } from '../../mesh/supervisor.ts';
import { until } from '../../mesh/wait.ts';
import { startLink, type Link } from '../link.ts';
import { connectGraph, type Graph } from './graph.ts';

/** A private mesh whose services reach the databases over links that can be cut. */
export type MeshStage = {
  readonly mesh: Mesh;
  /** As an administrator. */
  readonly graph: Graph;
  readonly links: Readonly<Record<MysqlName, Link>>;
  /** How often a load has to be halved for this machine to carry it with ease. */
  readonly pace: { halvings: number; isWarm: boolean };
  /** Whether what only takes time is to take less of it. */
  readonly isHasty: boolean;
  readonly close: () => Promise<void>;
};

/** An empty folder, and 100 ports from this one. */
type Place = {
  readonly home: Home;
  readonly port: number;
  /** Of every application. */
  readonly instances: number;
  readonly isHasty: boolean;
};

/** Starts a mesh of its own, new and empty. This process is its supervisor. */
export async function openStage({ home, port, instances, isHasty }: Place): Promise<MeshStage> {
  createHome(home);
  await down(home);
  rmSync(home.root, { recursive: true, force: true });
  await buildSupervisor();
  const ports = portsFrom(port);
  const link = (name: MysqlName): Promise<Link> =>
    startLink({ port: linkPort(ports, name), target: ports[name] });
  const links = { 'mysql-a': await link('mysql-a'), 'mysql-b': await link('mysql-b') };

  const closeLinks = (): Promise<unknown> =>
    Promise.all(Object.values(links).map((each) => each.close()));

  const settings = { port, instances, durability: 'relaxed' } as const;
  try {
    const running = await startMesh(home, { ...settings, parts: 'all', links: true });
    const close = async (): Promise<void> => {
      await running.stop();
      await closeLinks();
    };
    void untilStopSignal().then(close);
    await running.ready;
    return await connectStage(running.mesh, { links, isHasty, close });
  } catch (error) {
    await closeLinks();
    throw error;
  }
}

/** What scenarios need of a mesh that runs. */
async function connectStage(
  mesh: Mesh,
  { links, isHasty, close }: Pick<MeshStage, 'close' | 'isHasty' | 'links'>,
): Promise<MeshStage> {
  const token = await mintToken(mesh, { roles: ['admin'] });
  const graph = connectGraph(graphqlUrl(mesh), token);
  return {
    mesh,
    graph,
    links,
    pace: { halvings: 0, isWarm: false },
    isHasty,
    close: async () => {
      await graph.close();
      await close();
    },
  };
}

export const pairStatus = ({ mesh }: MeshStage): Promise<readonly MysqlStatus[]> =>
  mysqlStatus(pairOf(mesh));

export type Roles = { readonly source: MysqlName; readonly standby: MysqlName };

/**
 * Who is what now; null unless there are one source and one standby that acknowledges, and the
 * keeper knows of it: it promotes nobody else.
 */
export async function findRoles(stage: MeshStage): Promise<Roles | null> {
  const [servers, cluster] = await Promise.all([pairStatus(stage), clusterState(stage.mesh)]);
  const sources = servers.filter(({ role }) => role === 'source');
  const standby = servers.find(({ role, semiSync }) => role === 'standby' && semiSync);
  const [source] = sources;
  if (!source?.semiSync || source.attached === 0 || sources.length > 1 || !standby) return null;
  return isKnown(cluster, source.name, standby.name)
    ? { source: source.name, standby: standby.name }
    : null;
}

const isKnown = (cluster: ClusterState, source: string, standby: string): boolean =>
  !('problem' in cluster) && cluster.writer === source && cluster.standby.includes(standby);

const healMsMax = 120_000;

/** Ends everything that a scenario left broken, and waits until nothing of it is left. */
export async function heal(stage: MeshStage): Promise<Roles> {
  const { mesh, links } = stage;
  for (const link of Object.values(links)) link.heal();
  for (const name of namesOf(mesh)) {
    const pid = readPid(mesh.home, name);
    if (pid === null) await start(mesh, name);
    else if (isPaused(pid)) signal(pid, 'SIGCONT');
  }
  let roles: Roles | null = null;
  const isWhole = await until(
    async () => {
      roles = await findRoles(stage);
      return roles !== null && (await meshStatus(mesh)).ready;
    },
    { forMs: healMsMax, everyMs: 200 },
  );
  if (!isWhole || !roles) throw new Error(await whatIsBroken(stage));
  return roles;
}

/** The mesh is gone when somebody comes to look. */
async function whatIsBroken(stage: MeshStage): Promise<string> {
  const { processes } = await meshStatus(stage.mesh);
  const unready = processes.filter(({ health }) => health !== 'ready');
  const broken = {
    unready: unready.map(({ name, health }) => `${name} ${health}`),
    servers: await pairStatus(stage),
    cluster: await clusterState(stage.mesh),
  };
  return `Not whole after ${healMsMax / 1000} s: ${JSON.stringify(broken)}`;
}

/** The processes of the mesh by name, to see which of them is another one later. */
export const pidsOf = ({ mesh }: MeshStage): ReadonlyMap<string, number | null> =>
  new Map(namesOf(mesh).map((name) => [name, readPid(mesh.home, name)]));

/** How often something was put in the place of a process that nobody was to touch. */
export function countDeaths(
  stage: MeshStage,
  before: ReturnType<typeof pidsOf>,
  killed: readonly string[],
): number {
  const now = pidsOf(stage);
  return [...before].filter(([name, pid]) => !killed.includes(name) && now.get(name) !== pid)
    .length;
}

export type SqlRow = Readonly<Record<string, unknown>>;

/** As root on one server, past every link. */
export async function sql(
  { mesh }: MeshStage,
  server: MysqlName,
  statement: string,
): Promise<readonly SqlRow[]> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: mesh.ports[server],
    user: 'root',
    connectTimeout: 2000,
    multipleStatements: true,
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return rows;
  } finally {
    connection.destroy();
  }
}

/** The server that takes writes, by its own word. */
export async function writerOf(stage: MeshStage): Promise<MysqlName> {
  const source = (await pairStatus(stage)).find(({ role }) => role === 'source');
  if (!source) throw new Error('No server takes writes');
  return source.name;
}

export const otherOf = (name: MysqlName): MysqlName =>
  mysqlNames.find((other) => other !== name) ?? name;
