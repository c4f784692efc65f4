import { z } from 'zod';
import { kill, start } from '../../mesh/control.ts';
import { sleep } from '../../mesh/wait.ts';
import { GraphFailure, type Graph } from '../mesh/graph.ts';
import { findRoles, heal } from '../mesh/stage.ts';
import { readStream } from '../mesh/stream.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { holds, none, type Measure, type Scenario } from '../scenario.ts';

const clients = 20;
/** What one text field of a customer holds. */
const appendsMax = 500;
const killAfterMs = 3000;
const downMs = 5000;
const forMs = 15_000;

export const scenario: Scenario = {
  id: 'D9',
  title: '20 clients append to one list while the source is killed',
  isFast: true,
  onMesh: async (stage) => {
    const roles = await findRoles(stage);
    if (!roles) throw new Error('The pair is not whole to begin with');
    const stream = await readStream(stage);
    try {
      const startSeq = await stream.lastSeq();
      const mark = `d9-${Date.now()}`;
      const [id = ''] = await createCustomers(stage.graph, mark, 1);
      const list = startList(stage.graph, id);
      await sleep(killAfterMs);
      kill(stage.mesh, roles.source);
      await sleep(downMs);
      await start(stage.mesh, roles.source);
      await sleep(forMs - killAfterMs - downMs);
      await list.stop();
      const after = await heal(stage);
      return [
        ...(await list.judge()),
        none('events out of order', await stream.countMisplaced(startSeq)),
        holds('the standby took over', after.source === roles.standby),
      ];
    } finally {
      await stream.close();
    }
  },
};

const seen = z.object({
  customer: z.object({
    version: z.number(),
    developmentPlan: z.object({ longTerm: z.string().nullable() }).nullable(),
  }),
});
const read = `query ($id: ID!) { customer(id: $id) { version developmentPlan { longTerm } } }`;
const changed = z.object({ updateCustomer: z.object({ version: z.number() }) });
const write = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { version } }`;

type State = { readonly version: number; readonly items: readonly string[] };

async function readState(graph: Graph, id: string): Promise<State> {
  const { customer } = await graph.ask(seen, read, { variables: { id } });
  const text = customer.developmentPlan?.longTerm ?? '';
  return { version: customer.version, items: text === '' ? [] : text.split(' ') };
}

/** What the clients know: what they were told of their appends, and every list that they read. */
type Journal = {
  readonly acknowledged: string[];
  readonly refused: string[];
  readonly reads: State[];
  appends: number;
  isStopped: boolean;
};

function startList(graph: Graph, id: string) {
  const journal: Journal = {
    acknowledged: [],
    refused: [],
    reads: [],
    appends: 0,
    isStopped: false,
  };
  const running = Array.from({ length: clients }, () => runClient(graph, id, journal));
  return {
    stop: async (): Promise<void> => {
      journal.isStopped = true;
      await Promise.all(running);
    },
    judge: async (): Promise<readonly Measure[]> => judge(journal, await readState(graph, id)),
  };
}

async function runClient(graph: Graph, id: string, journal: Journal): Promise<void> {
  while (!journal.isStopped && journal.appends < appendsMax) {
    try {
      await append(graph, id, journal);
    } catch (error) {
      if (!(error instanceof GraphFailure)) throw error;
      await sleep(50);
    }
  }
}

/** Reads the list and writes it with one more item; a CONFLICT says that another was faster. */
async function append(graph: Graph, id: string, journal: Journal): Promise<void> {
  const state = await readState(graph, id);
  journal.reads.push(state);
  const item = String((journal.appends += 1));
  const input = {
    id,
    expectedVersion: state.version,
    developmentPlan: { longTerm: [...state.items, item].join(' ') },
    clientMutationId: `${id} ${item}`,
  };
  try {
    await graph.ask(changed, write, { variables: { input } });
    journal.acknowledged.push(item);
  } catch (error) {
    if (error instanceof GraphFailure && error.outcome === 'not-committed') {
      journal.refused.push(item);
    }
    throw error;
  }
}

function judge({ acknowledged, refused, reads }: Journal, end: State): readonly Measure[] {
  const there = new Set(end.items);
  const isPrefix = ({ items }: State): boolean =>
    items.every((item, index) => item === end.items[index]);
  return [
    none('acknowledged appends lost', acknowledged.filter((item) => !there.has(item)).length),
    none('refused appends that are there', refused.filter((item) => there.has(item)).length),
    none('appends doubled', end.items.length - there.size),
    none('lists read that are no beginning of the last', reads.filter((s) => !isPrefix(s)).length),
    none('versions without an append', end.version - 1 - end.items.length),
    {
      what: 'appends acknowledged',
      value: acknowledged.length,
      unit: '',
      bound: 5,
      isFloor: true,
    },
  ];
}
