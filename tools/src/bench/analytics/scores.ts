import { z } from 'zod';
import { until } from '../../mesh/wait.ts';
import type { Subgraph } from '../customers/subgraph.ts';
import { atMost, shown, type Row } from '../measurement.ts';

const evaluationSecondsMax = 60;
const snapshotSecondsMax = 10;
const waitMsMax = 1_200_000;

const ended = z.object({
  evaluationRuns: z.object({ nodes: z.array(z.object({ state: z.string() })) }),
});

/** Until the evaluations have ended that begin by themselves with the start of a new day. */
export async function atRest(subgraph: Subgraph): Promise<void> {
  const isAtRest = async (): Promise<boolean> => {
    const query = '{ evaluationRuns(first: 20) { nodes { state } } }';
    const { evaluationRuns } = ended.parse((await subgraph.ask({ query })).data);
    const { nodes } = evaluationRuns;
    return (
      nodes.length > 0 && nodes.every(({ state }) => state !== 'QUEUED' && state !== 'RUNNING')
    );
  };
  await within(isAtRest, 'the evaluations of the day');
}

/** Everybody by the largest model, and everybody's tier. */
export async function measureScores(subgraph: Subgraph): Promise<Row[]> {
  const evaluation = await secondsOf(async () => {
    await told(subgraph, 'mutation { recompute(input: { model: "customer_value" }) { id } }');
    await atRest(subgraph);
  });
  const rows: Row[] = [
    atMost(evaluationSecondsMax, {
      id: 'analytics.evaluation.of all by customer_value',
      value: evaluation,
      unit: 's',
    }),
  ];
  for (const definition of ['by_order_amount_this_year', 'by_value_score']) {
    const value = await secondsOf(() => takeSnapshot(subgraph, definition));
    rows.push(
      atMost(snapshotSecondsMax, { id: `analytics.pyramid.${definition}`, value, unit: 's' }),
    );
  }
  const ranking = await subgraph.median({
    query: '{ ranking(model: "customer_value", first: 50) { nodes { evaluation { score } } } }',
  });
  rows.push(shown({ id: 'analytics.ranking.first 50', value: ranking, unit: 'ms' }));
  return rows;
}

const snapshots = z.object({
  pyramidDefinition: z.object({
    snapshots: z.object({ nodes: z.array(z.object({ state: z.string() })) }),
  }),
});

async function takeSnapshot(subgraph: Subgraph, code: string): Promise<void> {
  await told(subgraph, `mutation { takePyramidSnapshot(input: { definition: "${code}" }) { id } }`);
  const query = `{ pyramidDefinition(code: "${code}") { snapshots(first: 1) { nodes { state } } } }`;
  const isDone = async (): Promise<boolean> => {
    const { pyramidDefinition } = snapshots.parse((await subgraph.ask({ query })).data);
    return pyramidDefinition.snapshots.nodes[0]?.state === 'DONE';
  };
  await within(isDone, `the snapshot of ${code}`);
}

async function told(subgraph: Subgraph, query: string): Promise<void> {
  const { code } = await subgraph.ask({ query });
  if (code !== null) throw new Error(`${code}: ${query}`);
}

async function within(isSo: () => Promise<boolean>, what: string): Promise<void> {
  if (!(await until(isSo, { forMs: waitMsMax, everyMs: 100 })))
    throw new Error(`${what} did not end in ${waitMsMax / 60_000} minutes`);
}

async function secondsOf(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
}
