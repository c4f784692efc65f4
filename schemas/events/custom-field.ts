import { defineEvent } from '@crm/kit/event/event';
import { z } from 'zod';

const customFieldSchema = z.object({
  entity: z.string(),
  key: z.string(),
  type: z.enum(['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'SELECT', 'MULTI_SELECT']),
  labels: z.object({ zh: z.string(), en: z.string() }),
  /** Values of PUBLIC and INTERNAL fields are told, those of CONFIDENTIAL ones privately. */
  class: z.enum(['PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'PERSONAL', 'SENSITIVE']),
  indexed: z.boolean(),
  options: z.array(z.string()),
});

export type CustomFieldData = z.infer<typeof customFieldSchema>;

/** An administrator defined a field, or changed its definition. */
export const CustomFieldDefined = defineEvent('customfield.defined', customFieldSchema);
/** Nobody gives it values any more; those that are there stay. */
export const CustomFieldRetired = defineEvent('customfield.retired', customFieldSchema);
