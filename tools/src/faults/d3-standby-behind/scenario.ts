import { z } from 'zod';
import { until } from '../../mesh/wait.ts';
import { pairStatus, sql, type MeshStage, type Roles } from '../mesh/stage.ts';
import { heal } from '../mesh/stage.ts';
import type { Graph } from '../mesh/graph.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { holds, none, type Scenario } from '../scenario.ts';

const behindSeconds = 20;
const sessions = 8;
const roundsPerSession = 63;
const caughtUpMsMax = 30_000;

/** A write in one lane and a read in the other, which reads the standby when it may. */
export const scenario: Scenario = {
  id: 'D3',
  title: 'the standby is 20 s behind; who wrote reads at once what he wrote',
  onMesh: async (stage) => {
    const roles = await heal(stage);
    const ids = await createCustomers(stage.graph, `d3-${Date.now()}`, sessions);
    const inStep = await countStale(stage.graph, ids, true);
    await delayStandby(stage, roles, behindSeconds);
    try {
      const withoutToken = await countStale(stage.graph, ids, false);
      const withToken = await countStale(stage.graph, ids, true);
      const rounds = 2 * sessions * roundsPerSession;
      return [
        none(`of ${rounds} reads of one's own write that were stale`, inStep + withToken),
        holds('others were, so the standby was read', withoutToken > 0),
        holds('status tells how far it is behind', (await secondsBehind(stage, roles)) > 0),
      ];
    } finally {
      await delayStandby(stage, roles, 0);
      // What comes next may be read from it, and was never this far behind.
      await until(async () => (await secondsBehind(stage, roles)) === 0, { forMs: caughtUpMsMax });
    }
  },
};

const written = z.object({ updateCustomer: z.object({ version: z.number() }) });
const write = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { version } }`;
const seen = z.object({ customer: z.object({ version: z.number() }) });
const read = 'query ($id: ID!) { customer(id: $id) { version } }';

async function countStale(
  graph: Graph,
  ids: readonly string[],
  hasMemory: boolean,
): Promise<number> {
  const stale = await Promise.all(ids.map((id) => runSession(graph, id, hasMemory)));
  return stale.reduce((sum, each) => sum + each, 0);
}

async function runSession(graph: Graph, id: string, hasMemory: boolean): Promise<number> {
  const client = graph.as({ lane: 'reporting', hasMemory });
  let stale = 0;
  for (let round = 1; round <= roundsPerSession; round += 1) {
    const input = { id, phone: `${round}-${hasMemory}-${Date.now()}` };
    const { updateCustomer } = await client.ask(written, write, { variables: { input } });
    const { customer } = await client.ask(seen, read, { variables: { id } });
    if (customer.version < updateCustomer.version) stale += 1;
  }
  return stale;
}

const delayStandby = (stage: MeshStage, { standby }: Roles, forSeconds: number): Promise<unknown> =>
  sql(
    stage,
    standby,
    `STOP REPLICA SQL_THREAD; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = ${forSeconds};
     START REPLICA SQL_THREAD`,
  );

async function secondsBehind(stage: MeshStage, { standby }: Roles): Promise<number> {
  const server = (await pairStatus(stage)).find(({ name }) => name === standby);
  return server?.lagSeconds ?? 0;
}
