import { valueAt, type Entity } from '@crm/kit/record/entity';
import { idFromBytes, idToBytes, isId } from '@crm/kit/id';
import { onCommit, tellOnCommit } from '@crm/kit/database/commit';
import type { DataSource, EntityManager } from 'typeorm';
import { subjectColumn } from '../indicator/indicator-catalogue.ts';
import type { SubjectType } from '../indicator/indicator.ts';

/**
 * A subject of whom a fact, or something of itself, became another. Staff are none: what somebody has
 * reached is read from thousands of facts, and is looked at once a day.
 */
export type DirtySubject = {
  readonly subjectType: Exclude<SubjectType, 'STAFF'>;
  readonly subjectId: string;
  /** A kind of fact, or `SUBJECT`. */
  readonly fact: string;
};

const rowsPerStatement = 1000;

/** Notes who is to be evaluated again, in the transaction that changed what it is known by. */
export async function markDirty(
  manager: EntityManager,
  subjects: readonly DirtySubject[],
): Promise<void> {
  const rows = [
    ...new Map(
      subjects.map((each) => [`${each.subjectType} ${each.subjectId} ${each.fact}`, each]),
    ).values(),
  ].map(({ subjectType, subjectId, fact }) => [subjectType, idToBytes(subjectId), fact]);
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    await manager.query('INSERT INTO dirtySubject (subjectType, subjectId, fact) VALUES ?', [
      rows.slice(at, at + rowsPerStatement),
    ]);
  }
  if (rows.length > 0) tellOnCommit(manager, marked);
}

const marked = 'marked';

/** Calls the listener after each commit of a transaction that has marked somebody. */
export const onMarked = (db: DataSource, listener: () => void): (() => void) =>
  onCommit(db, marked, listener);

const subjectTypes = ['CUSTOMER', 'PERSON', 'COMPETITOR'] as const;

/** Whom a fact with these values tells of. */
export const subjectsOf = (fact: string, entity: Entity, values: unknown): DirtySubject[] =>
  subjectTypes.flatMap((subjectType) => {
    const column = subjectColumn(entity, subjectType);
    const ids = column ? [valueAt(values, column.path)].flat() : [];
    return ids
      .filter((id): id is string => typeof id === 'string' && isId(id))
      .map((subjectId) => ({ subjectType, subjectId, fact }));
  });

type Taken = { readonly seq: number; readonly subject: DirtySubject };

/** The oldest marks. They are gone when the transaction commits that has seen to them. */
export async function takeDirty(manager: EntityManager, limit: number): Promise<DirtySubject[]> {
  const rows: (Omit<DirtySubject, 'subjectId'> & { seq: number; subjectId: Uint8Array })[] =
    await manager.query(
      `SELECT seq, subjectType, subjectId, fact FROM dirtySubject ORDER BY seq LIMIT ${limit}
       FOR UPDATE SKIP LOCKED`,
    );
  const taken: Taken[] = rows.map(({ seq, subjectId, ...row }) => ({
    seq,
    subject: { ...row, subjectId: idFromBytes(subjectId) },
  }));
  if (taken.length > 0) {
    await manager.query('DELETE FROM dirtySubject WHERE seq IN (?)', [taken.map(({ seq }) => seq)]);
  }
  return taken.map(({ subject }) => subject);
}
