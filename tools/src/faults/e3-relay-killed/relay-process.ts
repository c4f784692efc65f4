import { openCluster, openDatabase } from '@crm/kit/database/database';
import { connectBus } from '@crm/kit/event/bus';
import { startRelay } from '@crm/kit/event/relay';
import { createLog } from '@crm/kit/log';

/**
 * Relays of several services that are killed when the stream has acknowledged something of each and
 * no outbox knows it yet: `relay-process.ts SCHEMA,SCHEMA MYSQL NATS`.
 */
const [schemas = '', mysql = '', url = ''] = process.argv.slice(2);
const [name = '', host = '', port = ''] = mysql.split(/[=:]/);
const log = createLog('relay', 'silent');
const account = { user: 'root', password: '' };
const cluster = openCluster({ nodes: [{ name, host, port: Number(port) }], ...account });
const waiting = new Set(schemas.split(','));

for (const schema of waiting) {
  startRelay({
    db: await openDatabase({ cluster, ...account, schema, entities: [] }),
    bus: connectBus({ url, name: 'relay', log }),
    service: schema,
    log,
    leaseMs: 300,
    onAcknowledged: async () => {
      waiting.delete(schema);
      if (waiting.size === 0) process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined);
    },
  });
}
process.on('disconnect', () => process.exit());
