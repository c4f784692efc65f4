import type { EntityManager } from 'typeorm';
import { idFromBytes, idToBytes } from '../id.ts';
import type { Changes } from '../record/audit.ts';
import type { Work } from '../record/command.ts';
import type { Entity, Stamps } from '../record/entity.ts';
import type { Values } from '../record/input.ts';
import { lockByIds } from '../record/store.ts';
import { sql } from '../sql.ts';
import { storeApart, type RefusedItem } from './apart.ts';
import type { ImportJob } from './import-job.fields.ts';
import { unpack } from './import-job.repository.ts';
import type { Importer, NewValues, Stored } from './importer.ts';

type Step = { readonly rowsBefore: number; readonly created: Buffer; readonly changed: Buffer };

/** A record that stays as it is, and why. */
type Kept = { readonly id: string; readonly reason: string };

/** Undoes the step of an import that is last, in the caller's transaction. */
export async function revertStep(work: Work, job: ImportJob, importer: Importer): Promise<void> {
  const { manager } = work;
  const [step]: Step[] = await manager.query(
    `SELECT rowsBefore, created, changed FROM importStep WHERE jobId = ?
     ORDER BY rowsBefore DESC LIMIT 1 FOR UPDATE`,
    [idToBytes(job.id)],
  );
  if (!step) return endRevert(work, job);
  const created = unpack(step.created);
  const changed = unpack(step.changed);
  const all = [...created, ...changed];
  const sights = await lookAt(work, { entity: importer.entity, job, stored: all });
  const kept = all.flatMap(({ id }) => sights.get(id)?.kept ?? []);
  const isFree = ({ id }: Stored): boolean => sights.get(id)?.kept === null;

  const ids = created.filter(isFree).map(({ id }) => id);
  const removed = await storeApart(work, ids, (some) => importer.remove(work, some));
  const changes = changed.filter(isFree).map(({ id }) => inverseOf(id, sights.get(id)));
  const restored = await storeApart(work, changes, (some) => importer.change(work, some));

  const done = new Set([...removed.results, ...restored.results].flatMap(({ result }) => result));
  const refused = [...removed.refused, ...restored.refused.map(byId)].map(keptOf);
  const named = new Set([...kept, ...refused].map(({ id }) => id));
  const forbidden = all
    .filter(({ id }) => !done.has(id) && !named.has(id))
    .map(({ id }) => ({ id, reason: 'you may not change it' }));
  await saveReverted(work, job, {
    rowsBefore: step.rowsBefore,
    reverted: done.size,
    kept: [...kept, ...refused, ...forbidden],
  });
}

const byId = ({ item, problems }: RefusedItem<NewValues>): RefusedItem<string> => ({
  item: item.id,
  problems,
});

const keptOf = ({ item, problems }: RefusedItem<string>): Kept => ({
  id: item,
  reason: problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
});

type Sight = {
  readonly row: Stamps | undefined;
  /** What the import changed. */
  readonly changes: Changes;
  /** Why it stays as it is; null when nobody else has changed it. */
  readonly kept: Kept | null;
};

type Entry = {
  readonly entityId: Buffer;
  readonly version: number;
  readonly changes: Changes;
  readonly requestId: string;
};

type Looking = {
  readonly entity: Entity;
  readonly job: ImportJob;
  readonly stored: readonly Stored[];
};

/** Locks the records, and reads in their history what has become of them since. */
async function lookAt(
  { manager }: Work,
  { entity, job, stored }: Looking,
): Promise<ReadonlyMap<string, Sight>> {
  const rows = await lockByIds(
    manager,
    entity,
    stored.map(({ id }) => id),
  );
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const entries = await entriesOf(manager, entity, stored);
  const own = [`import:${job.id}`, `revert:${job.id}`];
  return new Map(
    stored.map(({ id, version }) => {
      const row = rowsById.get(id);
      const since = entries.get(id) ?? [];
      const isOther = since.some((each) => each.version > version && !own.includes(each.requestId));
      const reason = reasonOf(row, isOther);
      const changes = since.find((each) => each.version === version)?.changes ?? {};
      return [id, { row, changes, kept: reason === null ? null : { id, reason } }];
    }),
  );
}

function reasonOf(row: Stamps | undefined, isOther: boolean): string | null {
  if (!row || row.deletedAt !== null) return 'was deleted since';
  return isOther ? 'was changed since' : null;
}

async function entriesOf(
  manager: EntityManager,
  entity: Entity,
  stored: readonly Stored[],
): Promise<ReadonlyMap<string, readonly Entry[]>> {
  if (stored.length === 0) return new Map();
  const first = Math.min(...stored.map(({ version }) => version));
  const { text, values } = sql`SELECT entityId, version, changes, requestId FROM audit
    WHERE entity = ${entity.name} AND version >= ${first}
      AND entityId IN (${stored.map(({ id }) => idToBytes(id))})`;
  const rows: Entry[] = await manager.query(text, [...values]);
  const entries = new Map<string, Entry[]>();
  for (const row of rows) {
    const id = idFromBytes(row.entityId);
    entries.set(id, [...(entries.get(id) ?? []), row]);
  }
  return entries;
}

const inverseOf = (id: string, sight: Sight | undefined): NewValues => ({
  id,
  values: new Map(
    Object.entries(sight?.changes ?? {}).map(([name, { from }]) => [
      name,
      name === 'customFields' ? withoutOthers(from, sight?.row?.customFields) : from,
    ]),
  ) satisfies Values,
});

/** Custom fields are given one by one, so those that came with the import are given as empty. */
const withoutOthers = (from: unknown, now: Stamps['customFields'] | undefined): object => ({
  ...Object.fromEntries(Object.keys(now ?? {}).map((key) => [key, null])),
  ...(typeof from === 'object' ? from : {}),
});

type Reverted = {
  readonly rowsBefore: number;
  readonly reverted: number;
  readonly kept: readonly Kept[];
};

async function saveReverted(
  { manager, now }: Work,
  { id }: ImportJob,
  { rowsBefore, reverted, kept }: Reverted,
): Promise<void> {
  const jobId = idToBytes(id);
  if (kept.length > 0) {
    await manager.query('INSERT INTO importKept (jobId, recordId, reason) VALUES ?', [
      kept.map((each) => [jobId, idToBytes(each.id), each.reason.slice(0, 500)]),
    ]);
  }
  await manager.query('DELETE FROM importStep WHERE jobId = ? AND rowsBefore = ?', [
    jobId,
    rowsBefore,
  ]);
  await manager.query(
    `UPDATE importJob SET reverted = reverted + ?, kept = kept + ?, updatedAt = ?,
       version = version + 1 WHERE id = ?`,
    [reverted, kept.length, now, jobId],
  );
}

const endRevert = ({ manager, now }: Work, { id }: ImportJob): Promise<void> =>
  manager.query(
    `UPDATE importJob SET state = 'REVERTED', finishedAt = ?, updatedAt = ?, version = version + 1
     WHERE id = ?`,
    [now, now, idToBytes(id)],
  );
