import type { Mesh } from '../../mesh/mesh.ts';
import { connectKeeper, pairOf, readRow } from '../../mesh/mysql-client.ts';
import { mysqlNames } from '../../mesh/mysql-server.ts';
import { until } from '../../mesh/wait.ts';

const loadMsMax = 300_000;

/** The servers of a developer's machine keep 128 MiB in memory, those of a company of this size more. */
export async function giveMemory(mesh: Mesh): Promise<void> {
  for (const name of mysqlNames) {
    const server = await connectKeeper(pairOf(mesh), name);
    await server.query('SET GLOBAL innodb_buffer_pool_size = 2147483648');
    await server.query('SET GLOBAL innodb_redo_log_capacity = 1073741824');
    // What was in memory before is read again first, and takes the disk for a while.
    await until(
      async () => {
        const row = await readRow(server, "SHOW STATUS LIKE 'Innodb_buffer_pool_load_status'");
        return !/^Load(?:ed |ing buffer)/.test(row?.['Value'] ?? '');
      },
      { forMs: loadMsMax, everyMs: 500 },
    );
    server.destroy();
  }
}
