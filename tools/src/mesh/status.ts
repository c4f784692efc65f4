import { readFileSync } from 'node:fs';
import { type ClusterState, clusterState } from './cluster.ts';
import { answers } from './http-ready.ts';
import type { Mesh } from './mesh.ts';
import { mysqlIsReady, pairOf } from './mysql-client.ts';
import { mysqlNames } from './mysql-server.ts';
import { natsIsReady } from './nats-server.ts';
import { isPaused, readPid } from './pid.ts';
import {
  type Application,
  applications,
  instanceName,
  planBalancer,
  planKeeper,
  portOf,
} from './plan.ts';
import { type Helper, helpers, helperUrl } from './programs.ts';
import { type MysqlStatus, mysqlStatus } from './status-mysql.ts';
import { isKeptDown } from './supervise.ts';
import { supervisorName } from './supervisor-name.ts';

export type Health = 'ready' | 'not ready' | 'paused' | 'kept down' | 'down';

export type ProcessStatus = {
  readonly name: string;
  readonly pid: number | null;
  readonly port: number;
  readonly role: string;
  readonly health: Health;
  /** Memory that it holds, shared pages by its share, in MiB; null where the system does not tell. */
  readonly residentMib: number | null;
};

export type MeshStatus = {
  readonly home: string;
  readonly port: number;
  /** True when everything that belongs to the mesh is ready. */
  readonly ready: boolean;
  readonly supervisor: { readonly pid: number | null; readonly residentMib: number | null };
  readonly processes: readonly ProcessStatus[];
  readonly mysql: readonly MysqlStatus[];
  readonly cluster: ClusterState;
};

/** What belongs to a mesh, and how to ask whether it is ready. */
type Member = {
  readonly name: string;
  readonly port: number;
  readonly role: string;
  readonly isReady: () => Promise<boolean>;
};

export async function meshStatus(mesh: Mesh): Promise<MeshStatus> {
  const [mysql, cluster] = await Promise.all([mysqlStatus(pairOf(mesh)), clusterState(mesh)]);
  const processes = await Promise.all(membersOf(mesh).map((member) => statusOf(mesh, member)));
  const supervisor = readPid(mesh.home, supervisorName);
  return {
    home: mesh.home.root,
    port: mesh.port,
    ready: supervisor !== null && processes.every(({ health }) => health === 'ready'),
    supervisor: {
      pid: supervisor,
      residentMib: supervisor === null ? null : residentOf(supervisor),
    },
    processes: processes.map((process) => ({ ...process, role: roleOf(process, mysql) })),
    mysql,
    cluster,
  };
}

export const namesOf = (mesh: Mesh): string[] => membersOf(mesh).map(({ name }) => name);

export async function isHealthy(mesh: Mesh, name: string): Promise<boolean> {
  const member = membersOf(mesh).find((candidate) => candidate.name === name);
  if (!member || readPid(mesh.home, name) === null) return false;
  return member.isReady();
}

function membersOf(mesh: Mesh): Member[] {
  const databases: Member[] = [
    ...mysqlNames.map((name) => ({
      name,
      port: mesh.ports[name],
      role: 'database',
      isReady: () => mysqlIsReady(pairOf(mesh), name),
    })),
    { name: 'nats', port: mesh.ports.nats, role: 'events', isReady: () => natsIsReady(mesh) },
    { name: 'keeper', port: mesh.ports.keeper, role: 'keeper', isReady: planKeeper(mesh).isReady },
  ];
  if (mesh.parts === 'databases') return databases;
  return [
    ...applications.flatMap((name) => instancesOf(mesh, name)),
    ...(mesh.instances > 1 ? [balancerMember(mesh)] : []),
    ...databases,
    ...helpers.map((name) => helperMember(mesh, name)),
  ];
}

const instancesOf = (mesh: Mesh, name: Application): Member[] =>
  Array.from({ length: mesh.instances }, (_, index) => {
    const port = portOf(mesh, name, index + 1);
    return {
      name: instanceName(name, index + 1),
      port,
      role: name === 'gateway' ? 'gateway' : 'service',
      isReady: () => answers(`http://127.0.0.1:${port}/readyz`),
    };
  });

const balancerMember = (mesh: Mesh): Member => ({
  name: 'balancer',
  port: mesh.ports.gateway,
  role: 'balancer',
  isReady: planBalancer(mesh, applications).isReady,
});

const helperMember = (mesh: Mesh, name: Helper): Member => ({
  name,
  port: mesh.ports[name],
  role: name === 'issuer' ? 'token issuer' : 'catcher',
  isReady: () => answers(`${helperUrl(mesh, name)}/readyz`),
});

async function statusOf({ home }: Mesh, member: Member): Promise<ProcessStatus> {
  const { name, port, role, isReady } = member;
  const pid = readPid(home, name);
  if (pid === null) {
    const health = isKeptDown(home, name) ? 'kept down' : 'down';
    return { name, pid, port, role, health, residentMib: null };
  }
  const residentMib = residentOf(pid);
  if (isPaused(pid)) return { name, pid, port, role, health: 'paused', residentMib };
  return { name, pid, port, role, health: (await isReady()) ? 'ready' : 'not ready', residentMib };
}

/** MySQL's roles change while it runs, so they are asked for. */
const roleOf = ({ name, role }: ProcessStatus, mysql: readonly MysqlStatus[]): string =>
  mysql.find((server) => server.name === name)?.role ?? role;

function residentOf(pid: number): number | null {
  try {
    const kib = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kib === undefined ? null : Math.round(Number(kib) / 1024);
  } catch {
    return null;
  }
}
