import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease, type Lease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { AppError } from '@crm/kit/errors';
import { createBell } from '@crm/kit/event/bell';
import { startLoop } from '@crm/kit/loop';
import type { Task } from '@crm/kit/task';
import type { EntityManager } from 'typeorm';
import { compareAll } from './compare-all.repository.ts';
import { deleteMovers, saveMovers } from './mover.repository.ts';
import type { EvaluationSimulation } from './simulation.fields.ts';
import {
  beginSimulation,
  failSimulation,
  finishSimulation,
  noteProgress,
  pruneSimulations,
} from './simulation.repository.ts';
import { idToBytes } from '@crm/kit/id';

const pollMs = 500;

/** Simulates what is asked for, in one of the service's processes at a time, beside evaluations. */
export function startSimulationJob(app: App): Task {
  const lease = keepLease({ db: app.db, name: 'simulations', log: app.log });
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      const isBusy = held !== null && (await takeNextSimulation({ app, lease: held }));
      if (!isBusy) await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'not simulated'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}

type Taking = { readonly app: App; readonly lease: Lease; readonly chunk?: number };

/** Takes the simulation that has waited longest. Tells whether there was one. */
export async function takeNextSimulation(taking: Taking): Promise<boolean> {
  const { app } = taking;
  const simulation = await within(taking, async (manager) => {
    await pruneSimulations(manager, app.now());
    return beginSimulation(manager, app.now());
  });
  if (!simulation) return false;
  try {
    await simulate(taking, simulation);
  } catch (error) {
    // What the draft names may be gone since: nothing that trying again would mend.
    if (!(error instanceof AppError) || error.extensions.code === 'SERVICE_UNAVAILABLE')
      throw error;
    const failure = { failure: error.message, now: app.now() };
    await within(taking, (manager) => failSimulation(manager, simulation.id, failure));
  }
  return true;
}

async function simulate(taking: Taking, simulation: EvaluationSimulation): Promise<void> {
  const { app } = taking;
  const { id } = simulation;
  const compared = await compareAll(app, simulation, {
    ...(taking.chunk && { chunk: taking.chunk }),
    note: (done, total) =>
      within(taking, (manager) => noteProgress(manager, id, { total, done, now: app.now() })),
  });
  if (!compared) return;
  await within(taking, async (manager) => {
    await deleteMovers(manager, idToBytes(id));
    await saveMovers(manager, id, compared.movers);
    await finishSimulation(manager, id, { comparison: compared.comparison, now: app.now() });
  });
}

/** A transaction that nobody else's lease has ended. */
const within = <Value>(
  { app, lease }: Taking,
  run: (manager: EntityManager) => Promise<Value>,
): Promise<Value> =>
  transact(app.db, async (manager) => {
    await assertLease(manager, lease);
    return run(manager);
  });
