import { freePort } from './ports.ts';
import { createServers, type TestServers } from './mysql-pair.ts';
import type { MysqlServer } from './mysql-server.ts';
import { until } from './process.ts';

const group = '6b2f1c1e-5d5c-4d0e-9b5a-2f9d1f0c7b11';

/** The shortest verdict on a lost member that a group knows, which still takes it some seconds. */
const optionsOf = (ports: readonly number[], index: number): readonly string[] => [
  '--super-read-only=ON',
  '--plugin-load-add=group_replication.so',
  `--loose-group-replication-group-name=${group}`,
  '--loose-group-replication-start-on-boot=OFF',
  `--loose-group-replication-local-address=127.0.0.1:${ports[index]}`,
  `--loose-group-replication-group-seeds=${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
  '--loose-group-replication-ip-allowlist=127.0.0.0/8',
  '--loose-group-replication-recovery-get-public-key=ON',
  '--loose-group-replication-member-expel-timeout=0',
  '--loose-group-replication-unreachable-majority-timeout=5',
  '--loose-group-replication-message-cache-size=134217728',
];

/** Three members of one group, the first of which is the primary. */
export async function startGroup(): Promise<TestServers> {
  const ports = [await freePort(), await freePort(), await freePort()];
  const members = await createServers(3, (index) => optionsOf(ports, index));
  await Promise.all(members.servers.map((server) => server.start()));
  const [first, ...rest] = members.servers;
  if (!first) throw new Error('A group has members');
  for (const server of members.servers) {
    await server.sql(
      `CHANGE REPLICATION SOURCE TO SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl'
       FOR CHANNEL 'group_replication_recovery'`,
    );
  }
  await first.sql(
    `SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION;
     SET GLOBAL group_replication_bootstrap_group = OFF`,
  );
  await Promise.all(rest.map((server) => server.sql('START GROUP_REPLICATION')));
  await untilOnline(first, members.servers.length);
  return members;
}

/** Waits until a member sees so many members at work, itself among them. */
const untilOnline = (server: MysqlServer, count: number): Promise<void> =>
  until(
    `${server.address.name} sees ${count} members`,
    async () => {
      const [row] = await server.sql(
        `SELECT COUNT(*) n, SUM(member_id = @@server_uuid) own
         FROM performance_schema.replication_group_members WHERE member_state = 'ONLINE'`,
      );
      return Number(row?.['n']) === count && Number(row?.['own']) === 1;
    },
    60_000,
  );
