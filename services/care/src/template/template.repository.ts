import { idToBytes, isId } from '@crm/kit/id';
import { selectRows } from '@crm/kit/record/store';
import { sql } from '@crm/kit/sql';
import type { EntityManager } from 'typeorm';
import { MessageTemplateEntity, type MessageTemplate } from './template.fields.ts';

/** Every text of a template, the newest first. Locks them, and keeps others from adding one. */
export const lockTexts = (manager: EntityManager, code: string): Promise<MessageTemplate[]> =>
  selectRows(
    manager,
    MessageTemplateEntity,
    sql`WHERE t.code = ${code} ORDER BY t.number DESC FOR UPDATE`,
  );

/** The text in use of the templates that these texts are of, by the id that was asked for. */
export async function findTextsInUse(
  manager: EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MessageTemplate>> {
  const known = [...new Set(ids)].filter(isId);
  if (known.length === 0) return new Map();
  const asked = await selectRows(
    manager,
    MessageTemplateEntity,
    sql`WHERE t.id IN (${known.map(idToBytes)})`,
  );
  const inUse = await selectRows(
    manager,
    MessageTemplateEntity,
    sql`WHERE t.code IN (${asked.map(({ code }) => code)}) AND t.place = 'PUBLISHED'`,
  );
  const byCode = new Map(inUse.map((text) => [text.code, text]));
  return new Map(
    asked.flatMap(({ id, code }) => {
      const text = byCode.get(code);
      return text ? [[id, text] as const] : [];
    }),
  );
}
