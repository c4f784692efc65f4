import type { ClusterStatus } from '@crm/kit/data-source/keeper/status';
import { type ClusterState, describeEvent } from './cluster.ts';
import type { MeshStatus } from './status.ts';
import type { MysqlStatus } from './status-mysql.ts';

/** Prints the state of a mesh, as one object or for a person. */
export function printStatus(status: MeshStatus, asJson: boolean): void {
  const text = asJson ? JSON.stringify(status, null, 2) : table(status);
  process.stdout.write(`${text}\n`);
}

function table({ home, supervisor, processes, mysql, cluster }: MeshStatus): string {
  const rows = processes.map(({ name, pid, port, role, health, residentMib }) =>
    [
      name.padEnd(14),
      String(pid ?? '-').padStart(8),
      String(port).padStart(6),
      `  ${role.padEnd(12)}`,
      health.padEnd(10),
      residentMib === null ? '' : `${String(residentMib).padStart(5)} MiB`,
    ].join(' '),
  );
  const total = [supervisor, ...processes].reduce(
    (sum, { residentMib }) => sum + (residentMib ?? 0),
    0,
  );
  return [
    `${home}, supervisor ${supervisor.pid ?? 'not running'} (${supervisor.residentMib ?? 0} MiB)`,
    'name                pid   port   role         health        memory',
    ...rows,
    `${'together'.padEnd(56)}${String(total).padStart(5)} MiB`,
    ...mysql.map((server) => describeMysql(server, cluster)),
    ...describeCluster(cluster),
  ].join('\n');
}

function describeMysql(server: MysqlStatus, cluster: ClusterState): string {
  const { name, role, semiSync, attached } = server;
  const copies = semiSync ? 'semi-synchronous' : 'not semi-synchronous';
  if (role === 'source') return `${name}: source, ${copies}, ${attached} standby attached`;
  if (role === 'standby')
    return `${name}: standby, ${copies}, ${describeLag(server, cluster)} behind`;
  return `${name}: ${role}`;
}

/** The keeper measures in parts of a second, MySQL in whole ones. */
function describeLag({ name, lagSeconds }: MysqlStatus, cluster: ClusterState): string {
  const nodes = 'problem' in cluster ? [] : cluster.nodes;
  const lagMs = nodes.find((node) => node.name === name)?.lagMs ?? null;
  return lagMs === null ? `${lagSeconds ?? '?'} s` : `${lagMs} ms`;
}

function describeCluster(cluster: ClusterState): readonly string[] {
  if ('problem' in cluster) return [`keeper: ${cluster.problem}`];
  const { term, phase, writer, standby, lastEvent } = cluster;
  const ready = standby.length > 0 ? `${standby.join(', ')} may take over` : 'none may take over';
  return [
    `term ${term}, ${phase}: ${writer} writes, ${ready}`,
    `keeper: ${describePromotion(cluster)}`,
    ...(lastEvent
      ? [`last event: ${lastEvent.at} ${lastEvent.type}: ${describeEvent(lastEvent)}`]
      : []),
  ];
}

function describePromotion({ promotes, promotion, recordReplicas }: ClusterStatus): string {
  if (promotes === 'when-told') {
    return recordReplicas < 3 && promotion === 'quorum'
      ? `waits for an operator, because ${recordReplicas} NATS keeps the record and a quorum needs 3`
      : 'waits for an operator before it promotes a standby';
  }
  return promotion === 'unsafe-single'
    ? 'promotes a standby by itself, though one NATS server is no quorum (unsafe-single): production needs three'
    : `promotes a standby by itself, by the quorum of ${recordReplicas} NATS servers`;
}
