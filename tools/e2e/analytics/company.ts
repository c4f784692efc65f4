import { newId } from '@crm/kit/id';
import { z } from 'zod';
import { eventually, type TestMesh } from '../harness.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Asks the gateway as an administrator, and reads the answer. Any error of the answer is thrown. */
export type Ask = <Answer extends z.ZodType>(
  answer: Answer,
  query: string,
  variables?: Variables,
) => Promise<z.infer<Answer>>;

export async function askAsAdmin(system: TestMesh): Promise<Ask> {
  const token = await system.token({ roles: ['admin'] });
  return async (answer, query, variables = {}) => {
    const { data, errors } = await system.graphql({ token, query, variables });
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return answer.parse(data);
  };
}

const idSchema = z.object({ id: z.string() });

/** Customers with names that nobody else has, and this source, by which a scenario finds its own. */
export async function createCustomers(
  ask: Ask,
  source: string,
  inputs: readonly Variables[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [at, input] of inputs.entries()) {
    const { createCustomer } = await ask(
      z.object({ createCustomer: idSchema }),
      `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { id } }`,
      {
        input: { name: `${source} ${at} ${newId()}`, source, lifecycleStage: 'TRADING', ...input },
      },
    );
    ids.push(createCustomer.id);
  }
  return ids;
}

export const order = (
  ask: Ask,
  customerId: string,
  { on, amount, ...input }: Variables & { readonly on: string; readonly amount: string },
): Promise<unknown> =>
  ask(
    z.object({ recordOrder: idSchema }),
    `mutation ($input: RecordOrderInput!) { recordOrder(input: $input) { id } }`,
    {
      input: {
        customerId,
        orderedOn: on,
        lines: [{ quantity: '1', unitPrice: amount }],
        ...input,
      },
    },
  );

const rowsSchema = z.object({ customerReport: z.object({ totalCount: z.number() }) });

/** Waits until analytics has so many customers that a filter finds. */
export const eventuallyFound = (ask: Ask, where: Variables, count: number): Promise<void> =>
  eventually(`analytics finds ${count} customers`, async () => {
    const { customerReport } = await ask(
      rowsSchema,
      `query ($where: CustomerReportWhere) { customerReport(where: $where, first: 1) { totalCount } }`,
      { where },
    );
    return customerReport.totalCount === count;
  });

const text = (en: string): { readonly zh: string; readonly en: string } => ({
  zh: `${en} 测试`,
  en,
});

/** A model of one criterion that gives full points at `to` and none at `from`. */
export async function publishModel(
  ask: Ask,
  { code, indicator, from, to, population }: LinearModel,
): Promise<void> {
  const model = {
    code,
    kind: 'CUSTOM',
    subjectType: 'CUSTOMER',
    labels: text(code),
    population,
    categories: [
      {
        name: text('All'),
        weight: '1',
        criteria: [{ indicator, weight: '1', function: { kind: 'LINEAR', from, to } }],
      },
    ],
    grades: [
      { code: 'GOOD', label: text('Good'), from: '60' },
      { code: 'POOR', label: text('Poor'), from: '0' },
    ],
  };
  await ask(
    z.unknown(),
    `mutation ($model: EvaluationModelInput!, $code: String!) {
      saveEvaluationDraft(input: { model: $model }) { code }
      publishEvaluationModel(input: { code: $code }) { code version } }`,
    { model, code },
  );
}

type LinearModel = {
  readonly code: string;
  readonly indicator: string;
  readonly from: string;
  readonly to: string;
  readonly population: Variables;
};

const runSchema = z.object({
  evaluationRuns: z.object({ nodes: z.array(z.object({ id: z.string(), state: z.string() })) }),
});

/** Has a model evaluate everybody, and waits until that is done. */
export async function recompute(ask: Ask, model: string): Promise<void> {
  const { recompute: run } = await ask(
    z.object({ recompute: idSchema }),
    `mutation ($model: String!) { recompute(input: { model: $model }) { id } }`,
    { model },
  );
  await eventually(
    `${model} is evaluated`,
    async () => {
      const { evaluationRuns } = await ask(
        runSchema,
        `{ evaluationRuns(first: 20) { nodes { id state } } }`,
      );
      const found = evaluationRuns.nodes.find(({ id }) => id === run.id);
      if (found?.state === 'FAILED') throw new Error('the run failed');
      return found?.state === 'DONE';
    },
    60_000,
  );
}

const snapshotSchema = z.object({
  pyramidDefinition: z.object({
    snapshots: z.object({ nodes: z.array(z.object({ id: z.string(), state: z.string() })) }),
  }),
});

/** Has a snapshot of a pyramid taken, and waits until that is done. */
export async function takeSnapshot(ask: Ask, definition: string): Promise<void> {
  const { takePyramidSnapshot } = await ask(
    z.object({ takePyramidSnapshot: idSchema }),
    `mutation ($definition: String!) {
      takePyramidSnapshot(input: { definition: $definition }) { id } }`,
    { definition },
  );
  await eventually(
    `${definition} is taken`,
    async () => {
      const { pyramidDefinition } = await ask(
        snapshotSchema,
        `query ($code: String!) { pyramidDefinition(code: $code) {
          snapshots(first: 5) { nodes { id state } } } }`,
        { code: definition },
      );
      const found = pyramidDefinition.snapshots.nodes.find(
        ({ id }) => id === takePyramidSnapshot.id,
      );
      return found?.state === 'DONE';
    },
    60_000,
  );
}
