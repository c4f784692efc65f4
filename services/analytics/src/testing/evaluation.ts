import { transact, type Database } from '@crm/kit/database/database';
import { seizeLease } from '@crm/kit/database/lease';
import { newId } from '@crm/kit/id';
import { createLog } from '@crm/kit/log';
import { insertRuns } from '../run/run-queue.repository.ts';
import { runOn } from '../run/run.repository.ts';
import { evaluateDirty } from '../run/incremental.repository.ts';
import type { Category, Criterion, Model } from '../model/model.ts';
import { publishVersion, saveDraft } from '../model/model.repository.ts';
import { modelOf } from './models.ts';

type Published = Partial<Model> & {
  readonly code: string;
  readonly criteria?: readonly Criterion[];
  readonly categories?: readonly Category[];
};

/** Puts a version of a model in force at `now`, without looking at what it is made of. */
export async function publishModel(
  db: Database,
  { criteria = [], ...options }: Published,
  now: Date,
): Promise<void> {
  const { code, version, ...definition } = modelOf([criteria], options);
  const by = { class: 'INTERNAL', savedAt: now, savedById: null } as const;
  await transact(db, async (manager) => {
    await saveDraft(manager, { code, version, definition, ...by });
    const [row] = await manager.query<{ id: number }[]>(
      'SELECT id FROM evaluationModel WHERE code = ?',
      [code],
    );
    const published = { effectiveFrom: now, publishedAt: now, publishedById: null };
    await publishVersion(manager, { modelId: row?.id ?? 0, version }, published);
  });
}

/** Has all subjects of a model evaluated, as the job does it. */
export async function runModel(db: Database, model: string, now: Date): Promise<void> {
  const lease = await seizeLease(db, { name: newId(), holder: newId(), ttlMs: 600_000 });
  if (!lease) throw new Error('The lease is taken');
  await insertRuns(db.manager, [{ model, cause: 'REQUEST' }], now);
  const app = { db, log: createLog('test', 'silent'), now: () => now };
  while (await runOn({ app, lease })) {
    // The next part.
  }
}

/** Evaluates all with whom something happened, as the job does it. */
export async function evaluateMarked(db: Database, now: Date): Promise<void> {
  while ((await transact(db, (manager) => evaluateDirty({ manager, now }))) > 0) {
    // More were marked than are taken at once.
  }
}
