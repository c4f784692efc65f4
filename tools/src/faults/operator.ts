import type { MysqlServer } from '@crm/kit/data-source/testing/mysql-server';

/** What a person does by hand who was called because the source is gone. */
export async function promoteByHand(replica: MysqlServer): Promise<void> {
  await replica.sql('STOP REPLICA IO_THREAD');
  const [row] = await replica.sql(
    'SELECT received_transaction_set received FROM performance_schema.replication_connection_status',
  );
  const received: unknown = row?.['received'];
  if (typeof received === 'string' && received !== '') {
    await replica.sql('SELECT WAIT_FOR_EXECUTED_GTID_SET(?, 30)', received);
  }
  await replica.sql(
    `STOP REPLICA; RESET REPLICA ALL; SET GLOBAL rpl_semi_sync_source_enabled = OFF;
     SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF`,
  );
}
