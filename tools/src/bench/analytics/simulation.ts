import { z } from 'zod';
import { until } from '../../mesh/wait.ts';
import type { Subgraph } from '../customers/subgraph.ts';
import { atMost, type Row } from '../measurement.ts';

const secondsMax = 60;
const waitMsMax = 600_000;

const named = (name: string): object => ({ zh: name, en: name });

/** As `customer_value` looks at its customers, with other weights: its largest part is ranks. */
const draft = {
  code: 'customer_value',
  kind: 'VALUE',
  subjectType: 'CUSTOMER',
  labels: named('Customer value, otherwise'),
  categories: [
    {
      name: named('Transactions'),
      weight: '60',
      criteria: [
        { indicator: 'order_amount_total', weight: '1', function: { kind: 'PERCENTILE' } },
        { indicator: 'order_amount_this_year', weight: '5', function: { kind: 'PERCENTILE' } },
        {
          indicator: 'order_count_365d',
          weight: '2',
          function: { kind: 'LINEAR', from: '0', to: '12' },
        },
      ],
    },
    {
      name: named('Finance'),
      weight: '20',
      criteria: [
        { indicator: 'payment_amount_total', weight: '1', function: { kind: 'PERCENTILE' } },
        { indicator: 'payment_amount_this_year', weight: '2', function: { kind: 'PERCENTILE' } },
        {
          indicator: 'receivable_overdue_ratio',
          weight: '2',
          function: { kind: 'LINEAR', from: '0.5', to: '0' },
        },
      ],
    },
    {
      name: named('Attributes'),
      weight: '5',
      criteria: [
        {
          indicator: 'legal_form',
          weight: '1',
          function: { kind: 'MAP', map: [{ value: 'JOINT_STOCK_COMPANY', points: '10' }] },
        },
      ],
    },
    {
      name: named('Engagement'),
      weight: '15',
      criteria: [
        {
          indicator: 'visit_count_180d',
          weight: '1',
          function: { kind: 'LINEAR', from: '0', to: '6' },
        },
        {
          indicator: 'visits_per_month_365d',
          weight: '1',
          function: { kind: 'LINEAR', from: '0', to: '2' },
        },
      ],
    },
  ],
  grades: [
    { code: 'STRATEGIC', label: named('Strategic'), from: '85' },
    { code: 'KEY', label: named('Key'), from: '70' },
    { code: 'REGULAR', label: named('Regular'), from: '50' },
    { code: 'SMALL', label: named('Small'), from: '0' },
  ],
};

const started = z.object({ startSimulation: z.object({ id: z.string() }) });
const seen = z.object({
  evaluationSimulation: z.object({ state: z.string(), failure: z.string().nullable() }),
});

/** What a draft would make of everybody. */
export async function measureSimulation(subgraph: Subgraph): Promise<Row[]> {
  const startedAt = performance.now();
  const query =
    'mutation ($draft: EvaluationModelInput!) { startSimulation(input: { draft: $draft }) { id } }';
  const asked = await subgraph.ask({ query, variables: { draft } });
  if (asked.code !== null) throw new Error(asked.code);
  const { id } = started.parse(asked.data).startSimulation;
  const look = `{ evaluationSimulation(id: "${id}") { state failure } }`;
  const isDone = async (): Promise<boolean> => {
    const { state, failure } = seen.parse(
      (await subgraph.ask({ query: look })).data,
    ).evaluationSimulation;
    if (failure !== null) throw new Error(failure);
    return state === 'DONE';
  };
  if (!(await until(isDone, { forMs: waitMsMax, everyMs: 100 })))
    throw new Error(`The simulation did not end in ${waitMsMax / 60_000} minutes`);
  const value = (performance.now() - startedAt) / 1000;
  return [atMost(secondsMax, { id: 'analytics.simulation.of all by a draft', value, unit: 's' })];
}
