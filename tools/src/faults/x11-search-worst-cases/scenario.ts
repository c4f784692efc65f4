import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { connectOwner, makeCustomers, untilStandbyRests } from '../../bench/customers/fill.ts';
import { connectSubgraph, type Subgraph } from '../../bench/customers/subgraph.ts';
import { mysqlNames } from '../../mesh/mysql-server.ts';
import { say } from '../../mesh/say.ts';
import { sleep, until } from '../../mesh/wait.ts';
import { errorCount, percentileMs } from '../ledger.ts';
import { startLoad, type Load } from '../load.ts';
import { heal, type MeshStage } from '../mesh/stage.ts';
import { prepareTraffic } from '../mesh/traffic.ts';
import { holds, none, seconds, slowdown, type Measure, type Scenario } from '../scenario.ts';
import { attacks, type Attack } from './attacks.ts';

const customers = 100_000;
/** Short, so that what is dear has to be ended. */
const deadlineMs = 300;
const steadyMs = 10_000;
const rounds = 3;
const slowdownMax = 2;
/** Below this a busy machine makes the difference, and not the attack. */
const noiseMs = 30;

export const scenario: Scenario = {
  id: 'X11',
  title: `the dearest searches among ${customers} customers`,
  onMesh: async (stage) => {
    await heal(stage);
    await fill(stage);
    await untilStandbyRests(stage.mesh);
    const traffic = await prepareTraffic(stage.graph, { customers: 20 });
    const subgraph = connectSubgraph(stage.mesh);
    const servers = await connect(stage);
    const load = startLoad(traffic.client, { rows: 20, readsPerSecond: 20, writesPerSecond: 0 });
    const outcomes: Outcome[] = [];
    const attackAll = async (): Promise<void> => {
      for (const attack of attacks) outcomes.push(await make(subgraph, servers, attack));
    };
    try {
      // What a program does for the first time is slow, whoever asks for it.
      await attackAll();
      await sleep(steadyMs);
      const beganAt = performance.now();
      for (let round = 0; round < rounds; round += 1) await attackAll();
      const endedAt = performance.now();
      await load.stop();
      return [
        ...measuresOf(outcomes),
        slowdown(
          'as long to others at the 99th percentile',
          p99(load, beganAt, endedAt) / p99(load, beganAt - steadyMs / 2, beganAt),
          slowdownMax,
        ),
        none('failed requests of others', errorCount(load.reads)),
      ];
    } finally {
      await load.stop();
      await subgraph.close();
      for (const server of servers) server.destroy();
    }
  },
};

function measuresOf(outcomes: readonly Outcome[]): readonly Measure[] {
  const most = (of: (outcome: Outcome) => number): number => Math.max(...outcomes.map(of));
  return [
    seconds(
      'until the last statement of one was gone',
      most(({ goneMs }) => goneMs),
      1,
    ),
    seconds(
      'until one was answered',
      most(({ ms }) => ms),
      (deadlineMs + 200) / 1000,
    ),
    none('wrong answers', outcomes.filter(({ isRight }) => !isRight).length),
    holds(
      'some had to be ended',
      outcomes.some(({ code }) => code === 'TIMEOUT'),
    ),
  ];
}

function p99({ reads }: Load, from: number, to: number): number {
  const within = reads.filter(({ sentAt }) => sentAt >= from && sentAt < to);
  return Math.max(noiseMs, percentileMs(within, 0.99));
}

/** Makes the customers, unless an earlier try has. */
async function fill({ mesh }: MeshStage): Promise<void> {
  const owner = await connectOwner(mesh);
  try {
    const [found] = await owner.query<RowDataPacket[]>(
      `SELECT 1 FROM customer WHERE code = 'S1-1'`,
    );
    if (found.length === 0) await makeCustomers(owner, customers);
  } finally {
    await owner.end();
  }
}

const connect = ({ mesh }: MeshStage): Promise<Connection[]> =>
  Promise.all(
    mysqlNames.map((name) =>
      createConnection({ host: '127.0.0.1', port: mesh.ports[name], user: 'root' }),
    ),
  );

type Outcome = {
  readonly ms: number;
  readonly code: string | null;
  /** From the answer until no server worked at it any more. */
  readonly goneMs: number;
  readonly isRight: boolean;
};

const allowed: readonly (string | null)[] = [null, 'INVALID', 'TIMEOUT'];

async function make(
  subgraph: Subgraph,
  servers: readonly Connection[],
  { what, ...question }: Attack,
): Promise<Outcome> {
  const { ms, code } = await subgraph.ask({ ...question, forMs: deadlineMs });
  const answeredAt = performance.now();
  await until(async () => (await countSearches(servers)) === 0, { forMs: 5000, everyMs: 10 });
  const goneMs = performance.now() - answeredAt;
  const isRight = allowed.includes(code);
  say(`  ${ms.toFixed(0)} ms, gone after ${goneMs.toFixed(0)} ms, ${code ?? 'answered'}: ${what}`);
  return { ms, code, goneMs, isRight };
}

/** Statements of the service that look into texts; those of the others do not. */
async function countSearches(servers: readonly Connection[]): Promise<number> {
  const lists = await Promise.all(
    servers.map((server) => server.query<RowDataPacket[]>('SHOW FULL PROCESSLIST')),
  );
  return lists
    .flatMap(([rows]) => rows)
    .filter(
      ({ User: user, Info: info }) =>
        user === 'customers' && /\bLIKE\b|\bMATCH\b|JSON_OVERLAPS/.test(String(info)),
    ).length;
}
