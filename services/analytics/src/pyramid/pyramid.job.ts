import type { App } from '@crm/kit/context';
import { transact } from '@crm/kit/database/database';
import { assertLease, keepLease, type Lease } from '@crm/kit/database/lease';
import { describeError } from '@crm/kit/describe-error';
import { AppError } from '@crm/kit/errors';
import { createBell } from '@crm/kit/event/bell';
import { recordMany } from '@crm/kit/event/outbox';
import { startLoop } from '@crm/kit/loop';
import { companyDate } from '@crm/kit/record/criteria';
import { findByIds } from '@crm/kit/record/store';
import type { Task } from '@crm/kit/task';
import type { EntityManager } from 'typeorm';
import { takeCensus, type Census, type Part } from './census.ts';
import { savePlaces } from './placement.repository.ts';
import { classNow, readParts } from './population.repository.ts';
import { movesOf } from './pyramid.events.ts';
import {
  PyramidDefinitionEntity,
  type PyramidDefinition,
  type PyramidSnapshot,
} from './pyramid.fields.ts';
import {
  askForDue,
  beginSnapshot,
  failSnapshot,
  finishSnapshot,
  hasDone,
  noteProgress,
  saveClass,
} from './snapshot.repository.ts';

const pollMs = 1000;

/** A transaction that nobody else's lease has ended. */
type InTransaction = <Value>(run: (manager: EntityManager) => Promise<Value>) => Promise<Value>;

/** Takes the snapshots that are due or asked for, in one of the service's processes at a time. */
export function startPyramidJob(app: App): Task {
  const lease = keepLease({ db: app.db, name: 'pyramids', log: app.log });
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      const held = lease.current();
      const isBusy = held !== null && (await takeNextSnapshot(app, fenced(app, held)));
      if (!isBusy) await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'pyramid not taken'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
      await lease.stop();
    },
  };
}

const fenced =
  ({ db }: App, lease: Lease): InTransaction =>
  (run) =>
    transact(db, async (manager) => {
      await assertLease(manager, lease);
      return run(manager);
    });

/** Takes the snapshot that has waited longest. Tells whether there was one. */
export async function takeNextSnapshot(app: App, inTransaction: InTransaction): Promise<boolean> {
  const now = app.now();
  const snapshot = await inTransaction(async (manager) => {
    await askForDue(manager, { now, today: companyDate(now) });
    return beginSnapshot(manager);
  });
  if (!snapshot) return false;
  try {
    await takeSnapshot(app, inTransaction, snapshot);
  } catch (error) {
    // What a definition names may be gone since it was saved: nothing that trying again would mend.
    if (!(error instanceof AppError) || error.extensions.code !== 'INVALID') throw error;
    await inTransaction((manager) => failSnapshot(manager, snapshot.id, error.message));
  }
  return true;
}

async function takeSnapshot(
  app: App,
  inTransaction: InTransaction,
  snapshot: PyramidSnapshot,
): Promise<void> {
  const { manager } = app.db;
  const [saved] = await findByIds(manager, PyramidDefinitionEntity, {
    ids: [snapshot.definitionId],
  });
  if (!saved) {
    await inTransaction((within) => failSnapshot(within, snapshot.id, 'the definition is gone'));
    return;
  }
  const fieldClass = await classNow(manager, saved, app.now());
  if (fieldClass !== saved.class) {
    await inTransaction((within) => saveClass(within, snapshot, fieldClass));
  }
  const definition = { ...saved, class: fieldClass };
  const parts: Part[] = [];
  for await (const part of readParts(manager, definition, app.now())) parts.push(part);
  const census = takeCensus(
    {
      method: definition.method,
      tiers: definition.tiers ?? [],
      base: definition.base ?? [],
      measures: definition.measures,
    },
    parts,
  );
  await savePyramid(inTransaction, { snapshot, definition, census, parts });
  await inTransaction((within) =>
    finishSnapshot(within, snapshot.id, { ...census, now: app.now() }),
  );
}

type Taken = {
  readonly snapshot: PyramidSnapshot;
  readonly definition: PyramidDefinition;
  readonly census: Census;
  readonly parts: readonly Part[];
};

/** A transaction holds so many ranges: each waits for the disk and for a standby. */
const partsAtOnce = 4;

async function savePyramid(
  inTransaction: InTransaction,
  { snapshot, definition, census, parts }: Taken,
): Promise<void> {
  // Everybody's first place is no change.
  const tells = await inTransaction((manager) => hasDone(manager, definition.id));
  for (let at = 0; at < parts.length; at += partsAtOnce) {
    await inTransaction(async (manager) => {
      for (const [index, part] of parts.slice(at, at + partsAtOnce).entries()) {
        const after = parts[at + index - 1]?.upTo ?? Buffer.alloc(0);
        const placed = census.placedOf(part);
        const { moves } = await savePlaces(manager, snapshot, { after, upTo: part.upTo, placed });
        if (tells) await recordMany(manager, movesOf(definition, snapshot, moves));
      }
      await noteProgress(manager, snapshot.id, ((at + partsAtOnce) / parts.length) * 100);
    });
  }
}
