import type { EntityManager } from 'typeorm';
import type { App } from '../context.ts';
import { findUnshapedFields, type CustomField } from './custom-field.ts';
import { errorNumber } from '../data-source/errors.ts';
import type { Database } from '../database/database.ts';
import { describeError } from '../describe-error.ts';
import type { Entity } from './entity.ts';
import { createBell } from '../event/bell.ts';
import { startLoop } from '../loop.ts';
import type { Task } from '../task.ts';

const pollMs = 1000;

export type Shaping = {
  /** The kinds of records that may have custom fields. */
  readonly entities: readonly Entity[];
  /** Waits for an index over millions of rows. */
  readonly patient: Database;
};

/**
 * Makes the indexes that definitions ask for, and takes away those of fields that are retired. Every
 * process may do so at any time: what is there already is left alone.
 */
export function startCustomFieldJob(app: App, shaping: Shaping): Task {
  const bell = createBell();
  const loop = startLoop({
    step: async () => {
      for (const field of await findUnshapedFields(app.db.manager)) {
        await shapeCustomField(app.db.manager, field, shaping).catch((error: unknown) =>
          app.log.warn(
            { field: field.id, error: describeError(error) },
            'an index was not made yet',
          ),
        );
      }
      await bell.wait(pollMs);
    },
    onFailure: (error, failures) =>
      app.log.warn({ error: describeError(error), failures }, 'indexes cannot be looked after'),
  });
  return {
    stop: async () => {
      bell.ring();
      await loop.stop();
    },
  };
}

/** Does to the table what the field's state asks for, and tells how it ended. */
export async function shapeCustomField(
  manager: EntityManager,
  field: CustomField,
  { entities, patient }: Shaping,
): Promise<void> {
  const table = entities.find(({ name }) => name === field.entity)?.table;
  if (table === undefined) throw new Error(`${field.entity} has no custom fields`);
  const isWanted = field.indexState === 'BUILDING';
  try {
    await patient.query('CALL shapeCustomField(?, ?, ?, ?, ?)', [
      table,
      field.key,
      field.type,
      isWanted,
      isWanted && field.unique,
    ]);
  } catch (error) {
    const problem = problems.get(errorNumber(error) ?? 0);
    if (problem === undefined) throw error;
    return settle(manager, field, { state: 'FAILED', problem });
  }
  await settle(manager, field, { state: isWanted ? 'READY' : 'NONE', problem: null });
}

/** What trying again does not mend. */
const problems: ReadonlyMap<number, string> = new Map([
  [1062, 'Several records have the same value. Change them, and save the definition again'],
  [1069, 'The table has as many keys as it can have'],
  [1118, 'The table has no room for another column'],
]);

type Outcome = { readonly state: CustomField['indexState']; readonly problem: string | null };

/** The definition may have been changed meanwhile; then there is more to do. */
const settle = async (
  manager: EntityManager,
  field: CustomField,
  { state, problem }: Outcome,
): Promise<void> => {
  await manager.query(
    `UPDATE customField SET indexState = ?, indexProblem = ?
     WHERE entity = ? AND \`key\` = ? AND indexState = ? AND \`unique\` = ?`,
    [state, problem, field.entity, field.key, field.indexState, field.unique],
  );
};
