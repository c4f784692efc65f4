import type { Work } from './command.ts';
import type { Entity, Stamps } from './entity.ts';
import { changeRecord, createRecord, type Rules } from './record.ts';
import { selectRows } from './store.ts';
import { sql } from '../sql.ts';

/** Locks the live record that people know by this code. */
export async function lockByCode<Row extends Stamps>(
  { manager }: Work,
  entity: Entity<Row>,
  code: string,
): Promise<Row | null> {
  const [row] = await selectRows(
    manager,
    entity,
    sql`WHERE t.code = ${code} AND t.deletedAt IS NULL FOR UPDATE`,
  );
  return row ?? null;
}

type Saving<Row> = {
  /** As it is, or null when it is new. */
  readonly before: Row | null;
  readonly input: object;
  readonly rules: Rules<Row>;
};

/** Changes a record, or makes it: for what a company sets up, which is known by its code. */
export async function saveRecord<Row extends Stamps>(
  work: Work,
  entity: Entity<Row>,
  { before, input, rules }: Saving<Row>,
): Promise<Row> {
  if (before === null) return createRecord(work, entity, { input, rules });
  const { id } = before;
  const change = await changeRecord(work, entity, { id, expectedVersion: null, input, rules });
  return change.after;
}
