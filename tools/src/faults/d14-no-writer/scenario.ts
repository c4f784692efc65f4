import { randomUUID } from 'node:crypto';
import { kill, start } from '../../mesh/control.ts';
import { until } from '../../mesh/wait.ts';
import type { Answer } from '../mesh/graph.ts';
import { heal, sql, writerOf, type MeshStage } from '../mesh/stage.ts';
import { createCustomers } from '../mesh/traffic.ts';
import { holds, none, seconds, type Measure, type Scenario } from '../scenario.ts';

const reads = 50;
/** A request has 10 s, and its answer two more for a machine that does much else. */
const answeredWithin = 12;
const succeedsMsMax = 30_000;

/** Without a keeper nobody promotes the standby: what an operator sees who has to do it by hand. */
export const scenario: Scenario = {
  id: 'D14',
  title: 'the source is lost and nobody takes its place, until a keeper is back',
  isFast: true,
  onMesh: async (stage) => {
    const roles = await heal(stage);
    const name = `d14-${randomUUID().slice(0, 8)}`;
    await createCustomers(stage.graph, `${name}-there`, 1);
    kill(stage.mesh, 'keeper');
    kill(stage.mesh, roles.source);
    const measures = [...(await readOn(stage)), ...(await writeInVain(stage, name))];
    await start(stage.mesh, 'keeper');
    const startedAt = performance.now();
    await until(async () => (await write(stage, name)).errors.length === 0, {
      forMs: succeedsMsMax,
    });
    const tookMs = performance.now() - startedAt;
    const written = await count(stage, name);
    const after = await heal(stage);
    return [
      ...measures,
      seconds('until the same write succeeded, once a keeper was back', tookMs, 20),
      none('of it missing or twice', Math.abs(written - 1)),
      holds('the standby took over', after.source === roles.standby),
    ];
  },
};

async function readOn({ graph }: MeshStage): Promise<readonly Measure[]> {
  const answers: Answer[] = [];
  for (let call = 0; call < reads; call += 1) {
    answers.push(await graph.answer('{ customers(first: 1) { nodes { id } } }'));
  }
  const nodes = answers.map(
    ({ extensions }) => extensions?.consistency?.services['customers']?.node,
  );
  return [
    none(`of ${reads} reads failed`, answers.filter(({ errors }) => errors.length > 0).length),
    holds('they say that the standby answered', nodes.at(-1) === 'standby'),
  ];
}

async function writeInVain(stage: MeshStage, name: string): Promise<readonly Measure[]> {
  const startedAt = performance.now();
  const { errors } = await write(stage, name);
  const [error] = errors;
  return [
    seconds('until a write was told to come again', performance.now() - startedAt, answeredWithin),
    holds('as SERVICE_UNAVAILABLE', error?.extensions.code === 'SERVICE_UNAVAILABLE'),
    holds('with the time to wait', (error?.extensions.retryAfterMs ?? 0) > 0),
    holds('and certainly not done', error?.extensions.outcome === 'not-committed'),
  ];
}

const document = `mutation ($input: CreateCustomerInput!) { createCustomer(input: $input) { id } }`;

const write = ({ graph }: MeshStage, name: string): Promise<Answer> =>
  graph.answer(document, {
    variables: { input: { code: name, name, clientMutationId: name } },
  });

async function count(stage: MeshStage, name: string): Promise<number> {
  const [row] = await sql(
    stage,
    await writerOf(stage),
    `SELECT COUNT(*) AS count FROM crm_customers.customer WHERE code = '${name}'`,
  );
  return Number(row?.['count']);
}
