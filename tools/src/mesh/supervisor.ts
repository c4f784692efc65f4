import { generateTypes } from '../generate.ts';
import { createHousehold, type Household } from './household.ts';
import { createMesh, type EquippedMesh, type MeshSettings } from './mesh.ts';
import { migrate } from './migrate.ts';
import { pairOf } from './mysql-client.ts';
import { mysqlNames, prepareMysql, removeHalf } from './mysql-server.ts';
import { clearRemains, requireNotRunning } from './orphans.ts';
import { lastLines } from './log-file.ts';
import type { Home } from './paths.ts';
import { removePid, writePid } from './pid.ts';
import { buildPrograms, buildSupervisor, helpers, planHelper } from './programs.ts';
import {
  type Application,
  applications,
  instanceName,
  planApplication,
  planBalancer,
  planKeeper,
  planMysql,
  planNats,
} from './plan.ts';
import { portsOf, requirePortsFree } from './ports.ts';
import { step, UserError } from './say.ts';
import { services } from './services.ts';
import { isComplete, isStandby, mysqlStatus } from './status-mysql.ts';
import { supervisorName } from './supervisor-name.ts';
import { findToolchain } from './toolchain.ts';
import { until } from './wait.ts';

const pairMsMax = 180_000;

export type RunningMesh = {
  readonly mesh: EquippedMesh;
  /** Resolves when everything is ready; rejects, with nothing left running, when something is not. */
  readonly ready: Promise<void>;
  /** Drains and ends everything, at any time. */
  readonly stop: () => Promise<void>;
};

/** Starts a mesh, of which the calling process is the supervisor from now on. */
export async function startMesh(home: Home, settings: MeshSettings): Promise<RunningMesh> {
  requireNotRunning(home);
  const described = createMesh(home, settings);
  writePid(home, supervisorName, process.pid);
  try {
    // The keeper starts with the databases, before everything else is built.
    await buildSupervisor();
    const mesh = { ...described, toolchain: await findToolchain() };
    await clearRemains(home);
    await requirePortsFree(portsOf(mesh));
    return begin(mesh);
  } catch (error) {
    removePid(home, supervisorName);
    throw error;
  }
}

function begin(mesh: EquippedMesh): RunningMesh {
  const household = createHousehold(mesh.home);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= drain(mesh, household));
  const ready = bringUp(mesh, household).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { mesh, ready, stop };
}

async function bringUp(mesh: EquippedMesh, household: Household): Promise<void> {
  if (mesh.parts === 'databases') return startDatabases(mesh, household);

  const prepared = prepareApplications(mesh, household);
  await Promise.all([
    // The gateway needs no database: it starts while those do.
    prepared.then(() => step('gateway', () => startApplications(mesh, household, ['gateway']))),
    Promise.all([startDatabases(mesh, household), prepared])
      .then(() => migrate(mesh, household))
      .then(() => step('services', () => startApplications(mesh, household, services))),
  ]);
  if (mesh.instances > 1) {
    await step('balancer', () => household.keep(planBalancer(mesh, applications)));
  }
}

async function startDatabases(mesh: EquippedMesh, household: Household): Promise<void> {
  removeHalf(mesh);
  await Promise.all([
    startMysql(mesh, household),
    step('NATS', () => household.keep(planNats(mesh))),
  ]);
  await step('MySQL source and standby', () => formPair(mesh, household));
}

async function startMysql(mesh: EquippedMesh, household: Household): Promise<void> {
  await step('MySQL data folders', () => prepareMysql(mesh, household));
  await step('MySQL servers', () =>
    Promise.all(mysqlNames.map((name) => household.keep(planMysql(mesh, name)))),
  );
}

/** Which server is the source is the keeper's business; this waits for what it makes of them. */
async function formPair(mesh: EquippedMesh, household: Household): Promise<void> {
  await household.keep(planKeeper(mesh));
  const isFormed = async (): Promise<boolean> => isComplete(await mysqlStatus(pairOf(mesh)));
  if (await until(isFormed, { forMs: pairMsMax })) return;
  throw new UserError(`MySQL has no source with a standby\n\n${lastLines(mesh.home, 'keeper')}`);
}

async function prepareApplications(mesh: EquippedMesh, household: Household): Promise<void> {
  await step('code generation', generateTypes);
  await step('build', buildPrograms);
  await step('token issuer, mail and SMS catchers', () =>
    Promise.all(helpers.map((name) => household.keep(planHelper(mesh, name)))),
  );
}

async function startApplications(
  mesh: EquippedMesh,
  household: Household,
  names: readonly Application[],
): Promise<void> {
  await Promise.all(names.flatMap((name) => planApplication(mesh, name)).map(household.keep));
}

/** Requests end before what they need: the gateway asks the services, and those the databases. */
async function drain(mesh: EquippedMesh, household: Household): Promise<void> {
  await household.end(['balancer', ...instances(mesh, ['gateway'])]);
  await household.end(instances(mesh, services));
  // While it gives its lease back it needs NATS, and what ends after it is no fault to act on.
  await household.end(['keeper']);
  const rest = household.names().filter((name) => !isMysql(name));
  await household.end(rest);
  await endMysql(mesh, household);
  removePid(mesh.home, supervisorName);
}

const instances = (mesh: EquippedMesh, names: readonly Application[]): string[] =>
  names.flatMap((name) =>
    Array.from({ length: mesh.instances }, (_, index) => instanceName(name, index + 1)),
  );

/** The standby first: a source takes ten seconds to end while one is attached to it. */
async function endMysql(mesh: EquippedMesh, household: Household): Promise<void> {
  const standbys: string[] = [];
  for (const name of mysqlNames) {
    if (await isStandby(pairOf(mesh), name)) standbys.push(name);
  }
  await household.end(standbys);
  await household.end(household.names());
}

const isMysql = (name: string): boolean => mysqlNames.some((server) => server === name);
