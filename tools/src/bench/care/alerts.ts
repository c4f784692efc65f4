import type { Connection } from 'mysql2/promise';
import { z } from 'zod';
import type { GraphClient } from '../../graph-client.ts';
import { say } from '../../mesh/say.ts';
import { percentile } from '../../subscribers/latency.ts';
import { atMost, shown, type Row } from '../measurement.ts';
import { allTold, count, fill, secondsUntil } from './care-schema.ts';
import { fillCustomers } from './customers.ts';

const waitMsMax = 600_000;
const visits = 7;
const dayMs = 86_400_000;

/** Until every rule has looked at every customer. */
async function looked(connection: Connection): Promise<number> {
  const rules = await count(connection, 'alertRule');
  await connection.query('DELETE FROM alertSweep');
  return secondsUntil(
    async () => (await count(connection, 'alertSweep WHERE isDone = 1')) >= rules,
    { what: 'all customers looked at by all rules', forMs: waitMsMax },
  );
}

/** How long the rules take for very many customers, and until an alert follows what happened. */
export async function measureAlerts(
  connection: Connection,
  graph: GraphClient,
): Promise<readonly Row[]> {
  await fill(connection, fillCustomers);
  say('  customers are there');
  const first = await looked(connection);
  const alerts = await count(connection, 'alert');
  await allTold(connection);
  const again = await looked(connection);
  const more = (await count(connection, 'alert')) - alerts;
  const opened: number[] = [];
  const resolved: number[] = [];
  for (let at = 0; at < visits; at += 1) {
    const customerId = await create(graph, at);
    opened.push(await visited(connection, graph, { customerId, daysAgo: 30, state: 'OPEN' }));
    resolved.push(await visited(connection, graph, { customerId, daysAgo: 0, state: 'RESOLVED' }));
  }
  return [
    atMost(60, { id: 'care.alerts.first', value: first, unit: 's' }),
    shown({ id: 'care.alerts.opened', value: alerts, unit: 'alerts' }),
    atMost(60, { id: 'care.alerts.again', value: again, unit: 's' }),
    atMost(0, { id: 'care.alerts.again.new', value: more, unit: 'alerts' }),
    atMost(1, { id: 'care.alerts.event.opened', value: percentile(opened, 0.5), unit: 's' }),
    atMost(1, { id: 'care.alerts.event.resolved', value: percentile(resolved, 0.5), unit: 's' }),
  ];
}

const madeSchema = z.object({ made: z.object({ id: z.string() }) });

async function create(graph: GraphClient, at: number): Promise<string> {
  const document = `mutation ($input: CreateCustomerInput!) { made: createCustomer(input: $input) { id } }`;
  const input = {
    name: `量度客户 ${at} ${Date.now()}`,
    level: 'STRATEGIC',
    clientMutationId: graph.idOf(`customer ${at}`),
  };
  return (await graph.execute({ document, data: madeSchema }, { input })).made.id;
}

type Visit = {
  readonly customerId: string;
  readonly daysAgo: number;
  readonly state: 'OPEN' | 'RESOLVED';
};

/** Seconds from the answer that a visit is logged to what becomes of the customer's alert. */
async function visited(
  connection: Connection,
  graph: GraphClient,
  { customerId, daysAgo, state }: Visit,
): Promise<number> {
  const document = `mutation ($input: LogInteractionInput!) { made: logInteraction(input: $input) { id } }`;
  const occurredAt = new Date(Date.now() - daysAgo * dayMs).toISOString();
  const input = { kind: 'VISIT', customerId, occurredAt };
  await known(connection, customerId);
  await graph.execute(
    { document, data: madeSchema },
    { input: { ...input, clientMutationId: graph.idOf(`${customerId} ${daysAgo}`) } },
  );
  return secondsUntil(
    async () =>
      (await count(
        connection,
        `alert WHERE customerId = UUID_TO_BIN('${customerId}') AND state = '${state}'`,
      )) > 0,
    { what: `an alert that is ${state}`, forMs: waitMsMax },
  );
}

/** Contacts and care have heard of the customer. */
const known = (connection: Connection, customerId: string): Promise<number> =>
  secondsUntil(
    async () =>
      (await count(
        connection,
        `customerPulse p JOIN crm_contacts.customerAccess a ON a.id = p.id
         WHERE p.id = UUID_TO_BIN('${customerId}')`,
      )) > 0,
    { what: 'the customer known', forMs: waitMsMax },
  );
