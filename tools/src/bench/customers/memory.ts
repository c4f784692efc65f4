import type { Mesh } from '../../mesh/mesh.ts';
import { connectKeeper, pairOf } from '../../mesh/mysql-client.ts';
import { mysqlNames } from '../../mesh/mysql-server.ts';

/** The servers of a developer's machine keep 128 MiB in memory, those of a company of this size more. */
export async function giveMemory(mesh: Mesh): Promise<void> {
  for (const name of mysqlNames) {
    const server = await connectKeeper(pairOf(mesh), name);
    await server.query('SET GLOBAL innodb_buffer_pool_size = 2147483648');
    await server.query('SET GLOBAL innodb_redo_log_capacity = 1073741824');
    server.destroy();
  }
}
