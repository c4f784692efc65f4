import { idToBytes } from '../id.ts';
import type { Work } from '../record/command.ts';
import {
  columnNamed,
  encode,
  rowWith,
  valueAt,
  type Entity,
  type Stamps,
} from '../record/entity.ts';
import { writeChanges, type Change } from '../record/record.ts';
import type { Sql } from '../sql.ts';
import type { Mergeable } from './survivor.ts';

/** Records that name customers, or people, and how others are told that some name another one now. */
export type References<Row extends Stamps = Stamps> = {
  readonly entity: Entity<Row>;
  /** Which of its rows, as `t`, may become the survivor's; the others stay what they are. */
  readonly only?: (survivorId: string) => Sql;
  /** For a list of ids: the ids of the rows that hold this one, from a table that is keyed by it. */
  readonly holding?: (id: string) => Sql;
  /** Given rows of the entity, in lists of references to records of different kinds too. */
  tell(this: void, work: Work, changes: readonly Change<Row>[]): Promise<void>;
};

export type Move = {
  readonly mergedId: string;
  /** What it was merged into. */
  readonly survivorId: string;
  /** False when that is undone. */
  readonly isMerged: boolean;
};

export type Family = {
  /** The merged one, and all that were merged into it. */
  readonly members: readonly string[];
  /** Where each of them ends. */
  readonly ends: ReadonlyMap<string, string>;
  /** Where their records may stand now; those that somebody has given to another one stay. */
  readonly places: ReadonlySet<unknown>;
};

export type Rows = References & { readonly field: string };
export type Plan = { readonly kind: Mergeable; readonly move: Move; readonly family: Family };

type Planned = Parameters<typeof writeChanges<Stamps>>[2];

/** What is deleted follows silently: an event would bring it back elsewhere. */
export async function writeMoved(
  work: Work,
  { entity, tell, field }: Rows,
  planned: Planned,
): Promise<void> {
  const isLive = ({ before }: Planned[number]): boolean => before.deletedAt === null;
  await tell(work, await writeChanges(work, entity, planned.filter(isLive)));
  const deleted = planned
    .filter((each) => !isLive(each))
    .map(({ before, changes }) => rowWith(entity, before, { [field]: changes[field]?.to }));
  const column = columnNamed(entity, field);
  if (!column) return;
  for (const row of deleted) {
    await work.manager.query(`UPDATE \`${entity.table}\` SET \`${field}\` = ? WHERE id = ?`, [
      encode(column.field, valueAt(row, column.path)),
      idToBytes(row.id),
    ]);
  }
}
