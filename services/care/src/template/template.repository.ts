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
