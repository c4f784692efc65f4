import type { MeshStatus } from './status.ts';
import type { MysqlStatus } from './status-mysql.ts';

/** Prints the state of a mesh, as one object or for a person. */
export function printStatus(status: MeshStatus, asJson: boolean): void {
  const text = asJson ? JSON.stringify(status, null, 2) : table(status);
  process.stdout.write(`${text}\n`);
}

function table({ home, supervisor, processes, mysql }: MeshStatus): string {
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
    ...mysql.map(describeMysql),
  ].join('\n');
}

function describeMysql({ name, role, semiSync, attached, lagSeconds }: MysqlStatus): string {
  const copies = semiSync ? 'semi-synchronous' : 'not semi-synchronous';
  if (role === 'source') return `${name}: source, ${copies}, ${attached} standby attached`;
  if (role === 'standby') return `${name}: standby, ${copies}, ${lagSeconds ?? '?'} s behind`;
  return `${name}: ${role}`;
}
