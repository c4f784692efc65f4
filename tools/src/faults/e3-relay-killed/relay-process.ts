import { openCluster, openDatabase } from '@crm/kit/database/database';
import { connectBus } from '@crm/kit/event/bus';
import { startRelay } from '@crm/kit/event/relay';
import { createLog } from '@crm/kit/log';

/**
 * A relay that is killed when the stream has acknowledged something and the outbox does not know it
 * yet: `relay-process.ts SCHEMA MYSQL NATS`.
 */
const [schema = '', mysql = '', url = ''] = process.argv.slice(2);
const [name = '', host = '', port = ''] = mysql.split(/[=:]/);
const log = createLog('relay', 'silent');
const account = { user: 'root', password: '' };
const cluster = openCluster({ nodes: [{ name, host, port: Number(port) }], ...account });
const db = await openDatabase({ cluster, ...account, schema, entities: [] });

startRelay({
  db,
  bus: connectBus({ url, name: 'relay', log }),
  service: schema,
  log,
  leaseMs: 300,
  onAcknowledged: (published) => {
    if (published.length > 0) process.kill(process.pid, 'SIGKILL');
  },
});
process.on('disconnect', () => process.exit());
