import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { NodeAddress } from '../options.ts';
import { mysqlTemplate } from './mysql-template.ts';
import { startProcess, type TestProcess } from './process.ts';
import { mysqldProgram } from './programs.ts';

/** Small. A server may be killed: what it has handed to the system outlives it. */
const small = [
  '--innodb-buffer-pool-size=64M',
  '--innodb-redo-log-capacity=16M',
  '--innodb-doublewrite=OFF',
  '--innodb-log-buffer-size=2M',
  '--innodb-use-native-aio=0',
  '--innodb-buffer-pool-dump-at-shutdown=OFF',
  '--innodb-buffer-pool-load-at-startup=OFF',
  '--max-connections=200',
  '--skip-name-resolve',
  '--mysqlx=OFF',
  '--secure-file-priv=NULL',
  '--table-open-cache=200',
  '--table-definition-cache=400',
  '--temptable-max-ram=64M',
  '--innodb-read-io-threads=1',
  '--innodb-write-io-threads=1',
  '--innodb-purge-threads=1',
  // The performance schema tells of replication without any of this, which takes 300 MB.
  '--performance-schema-instrument=%=OFF',
  '--performance-schema-consumer-global-instrumentation=OFF',
  '--performance-schema-max-table-instances=0',
  '--performance-schema-max-table-handles=0',
  '--performance-schema-max-index-stat=0',
  '--performance-schema-max-table-lock-stat=0',
  '--performance-schema-digests-size=0',
  '--performance-schema-error-size=0',
  '--performance-schema-max-memory-classes=0',
  '--performance-schema-events-statements-history-long-size=0',
  '--performance-schema-events-waits-history-long-size=0',
  '--performance-schema-events-stages-history-long-size=0',
  '--performance-schema-events-transactions-history-long-size=0',
];

/** Nothing waits for the disk, which only a test that loses power could tell. */
const relaxed = [
  '--sync-binlog=0',
  '--innodb-flush-log-at-trx-commit=2',
  '--innodb-flush-method=nosync',
];

/** What a server needs to take part in a pair: nothing it starts by itself, and no write. */
const replicated = [
  '--gtid-mode=ON',
  '--enforce-gtid-consistency=ON',
  '--log-bin=binlog',
  '--relay-log=relay',
  '--relay-log-recovery=ON',
  '--replica-net-timeout=4',
  '--skip-replica-start',
  '--plugin-load-add=semisync_source.so',
  '--plugin-load-add=semisync_replica.so',
  '--plugin-load-add=mysql_clone.so',
  '--rpl-semi-sync-source-wait-point=AFTER_SYNC',
  '--rpl-semi-sync-source-timeout=4294967295',
  '--rpl-semi-sync-source-wait-no-replica=ON',
  '--rpl-semi-sync-replica-enabled=ON',
];

export type MysqlServer = {
  readonly address: NodeAddress & { readonly adminPort: number };
  readonly id: number;
  readonly folder: string;
  /** Comes back with the data it had. */
  readonly start: (...options: readonly string[]) => Promise<void>;
  readonly process: () => TestProcess;
  /** Runs statements as root, whatever state the server is in. Gives the rows of the last one. */
  readonly sql: (text: string, ...values: readonly unknown[]) => Promise<readonly RowDataPacket[]>;
};

export type MysqlServerOptions = {
  readonly folder: string;
  readonly address: MysqlServer['address'];
  readonly id: number;
  readonly options: readonly string[];
  /** Waits for the disk as in production: to be measured. */
  readonly isDurable?: boolean;
  /** Put before the command, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
};

const startMsMax = 120_000;

/** A server with a fresh data folder, not started yet. */
export function createMysqlServer(given: MysqlServerOptions): MysqlServer {
  const { folder, address, id } = given;
  mkdirSync(folder, { recursive: true });
  const data = join(folder, 'data');
  rmSync(data, { recursive: true, force: true });
  cpSync(mysqlTemplate(), data, { recursive: true });
  mkdirSync(temporaryOf(folder), { recursive: true });

  let current: TestProcess | null = null;
  const start = async (...options: readonly string[]): Promise<void> => {
    current = startProcess(commandOf(given, options), join(folder, 'stdout.log'));
    await untilUp(folder, current);
  };
  const process = (): TestProcess => {
    if (!current) throw new Error(`${address.name} was never started`);
    return current;
  };
  return {
    address,
    id,
    folder,
    start,
    process,
    sql: (text, ...values) => sql(folder, text, values),
  };
}

/** A server that starts removes the temporary tables that it finds, so no two share a place. */
const temporaryOf = (folder: string): string => join(folder, 'tmp');

const socketOf = (folder: string): string => join(folder, 'mysqld.sock');

function commandOf(
  { folder, address, id, options, isDurable = false, launcher = [] }: MysqlServerOptions,
  more: readonly string[],
): [string, ...string[]] {
  const [file = '', ...first] = [...launcher, ...mysqldProgram()];
  const { host, port, adminPort } = address;
  const place = [
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${temporaryOf(folder)}`,
    `--socket=${socketOf(folder)}`,
    `--pid-file=${join(folder, 'mysqld.pid')}`,
    `--log-error=${join(folder, 'error.log')}`,
    `--server-id=${id}`,
    `--bind-address=${host}`,
    `--port=${port}`,
    `--admin-address=${host}`,
    `--admin-port=${adminPort}`,
    `--report-host=${host}`,
    `--report-port=${port}`,
  ];
  const disk = isDurable ? [] : relaxed;
  return [file, ...first, ...small, ...disk, ...replicated, ...place, ...options, ...more];
}

const connectRoot = (folder: string): Promise<Connection> =>
  createConnection({ socketPath: socketOf(folder), user: 'root', multipleStatements: true });

async function sql(
  folder: string,
  text: string,
  values: readonly unknown[],
): Promise<readonly RowDataPacket[]> {
  const connection = await connectRoot(folder);
  try {
    const [result] = await connection.query<RowDataPacket[] | RowDataPacket[][]>(text, [...values]);
    return Array.isArray(result) ? result.flat() : [];
  } finally {
    connection.destroy();
  }
}

async function untilUp(folder: string, child: TestProcess): Promise<void> {
  const deadline = performance.now() + startMsMax;
  while (child.isRunning() && performance.now() < deadline) {
    if (existsSync(socketOf(folder)) && (await answers(folder))) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
  throw new Error(`MySQL did not start: see ${folder}/error.log`);
}

const answers = (folder: string): Promise<boolean> =>
  sql(folder, 'SELECT 1', []).then(
    () => true,
    () => false,
  );
