import { idFromBytes, idToBytes } from '@crm/kit/id';
import { survivorsOf } from '@crm/kit/projection/survivor';
import { raw, sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { mergedPeople } from '../person/merged-people.ts';
import type { Language } from '../template/merge-field.ts';

/** A task that a survey was sent for, and who answers it. */
export type Invitation = {
  readonly taskId: string;
  readonly surveyId: string;
  /** As the person is known now. */
  readonly personId: string;
  readonly customerId: string | null;
  /** In which it is read unless the person asks for the other. */
  readonly locale: Language;
  readonly isAnswered: boolean;
};

type Row = {
  readonly surveyId: Uint8Array;
  readonly personId: Uint8Array;
  readonly customerId: Uint8Array | null;
  readonly templateLocale: Language | null;
  readonly isAnswered: number;
};

/**
 * Null when nobody is there any more. Whoever answers locks the task, so that of two answers at once one
 * waits for the other.
 */
export async function findInvitation(
  manager: EntityManager,
  taskId: string,
  { isLocked }: { readonly isLocked: boolean },
): Promise<Invitation | null> {
  const { text, values } = sql`SELECT t.surveyId, t.personId, t.customerId,
      (SELECT m.locale FROM messageTemplate m WHERE m.id = t.templateId) AS templateLocale,
      EXISTS (SELECT 1 FROM surveyResponse r WHERE r.taskId = t.id) AS isAnswered
    FROM careTask t
    WHERE t.id = ${idToBytes(taskId)} AND t.surveyId IS NOT NULL AND t.deletedAt IS NULL
    ${raw(isLocked ? 'FOR UPDATE OF t' : '')}`;
  const [row]: Row[] = await manager.query(text, [...values]);
  if (!row) return null;
  const told = idFromBytes(row.personId);
  const personId = (await survivorsOf(manager, [told], mergedPeople)).get(told) ?? told;
  const person = await readPerson(manager, personId);
  return person === null
    ? null
    : {
        taskId,
        surveyId: idFromBytes(row.surveyId),
        personId,
        customerId: row.customerId && idFromBytes(row.customerId),
        locale: localeOf(person.language) ?? row.templateLocale ?? 'ZH_CN',
        isAnswered: row.isAnswered === 1,
      };
}

async function readPerson(
  manager: EntityManager,
  id: string,
): Promise<{ readonly language: string | null } | null> {
  const { text, values } = sql`SELECT (SELECT w.language FROM personPreference w
      WHERE w.personId = p.id AND w.deletedAt IS NULL ORDER BY w.updatedAt DESC LIMIT 1) AS language
    FROM personPulse p WHERE p.id = ${idToBytes(id)} AND p.deletedAt IS NULL`;
  const [row]: { language: string | null }[] = await manager.query(text, [...values]);
  return row ?? null;
}

/** A BCP 47 tag as one of the languages of the product. */
function localeOf(language: string | null): Language | null {
  if (language === null) return null;
  return /^zh\b/i.test(language) ? 'ZH_CN' : 'EN';
}
